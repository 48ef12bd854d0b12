"""The documentation of the webhook that tells a bot of each change of holder. `BotEvent` sends it."""

from console.api.schemas import MONA

HOLDER = {"type": "string", "enum": ["bot", "queue", "agent", "elsewhere"]}
NAME = {"type": "string", "description": "For people."}
TEAM = {"type": "string", "description": "For which it waits. Empty: everybody."}

CHANGE = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "const": "holder"},
        "page": {"type": "string", "description": "The Page's id."},
        "psid": {"type": "string", "description": "The customer's."},
        "from": {"type": "object", "properties": {"holder": HOLDER, "name": NAME}},
        "to": {"type": "object", "properties": {"holder": HOLDER, "name": NAME, "team": TEAM}},
        "cause": {"type": "string", "description": "One word: asked, taken, transferred, handed-back, idle, closed, …"},
        "note": {"type": "string", "description": "What whoever changed it wrote; may be empty."},
        "summary": {"type": "string", "description": "Of what was said, when you get it back."},
        "at": {"type": "string", "format": "date-time"},
        "id": {"type": "integer", "description": "Of this change. The same one may come twice."},
    },
    "example": {
        "event": "holder",
        "page": "102030405060708",
        "psid": MONA,
        "from": {"holder": "agent", "name": "Ana Ruiz"},
        "to": {"holder": "bot", "name": "Robin", "team": ""},
        "cause": "handed-back",
        "note": "A new lid is on its way",
        "summary": "A new lid is on its way\nAnswered by Ana Ruiz. Messages: 4.\nCustomer: Thank you!",
        "at": "2026-11-20T14:20:00Z",
        "id": 1711,
    },
}
DESCRIPTION = """
Posted to the address under *changes of holder go to* in the Page's handover rules, once for each change of holder, in
their order. `to.holder` `bot` is the end of what people did: go on from `summary`.

`X-Handover-Signature-256` is `sha256=` and the HMAC-SHA256 of the raw body in hex, with the secret from the same place.
Answer with a 2xx within 5 seconds; otherwise it comes again, later and later.
"""
SIGNATURE = {
    "name": "X-Handover-Signature-256",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
}
WEBHOOKS = {
    "holder": {
        "post": {
            "summary": "Somebody else holds it now",
            "description": DESCRIPTION,
            "tags": ["told to you"],
            "parameters": [SIGNATURE],
            "requestBody": {"required": True, "content": {"application/json": {"schema": CHANGE}}},
            "responses": {"2XX": {"description": "Heard."}},
        }
    }
}
