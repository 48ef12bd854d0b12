"""The documentation of the webhook that tells a bot of each change of holder. `BotEvent` sends it."""

from ninja.openapi.schema import REF_TEMPLATE

from console.models.bot_event.holder_change import HolderChange

DESCRIPTION = """
Posted to *Webhook for changes of holder* in the Page's handover rules, once for each change of holder, in order. When
`to.holder` is `bot`, the conversation is yours again: go on from `summary`.

`X-Handover-Signature-256` is `sha256=` and the HMAC-SHA256 of the raw body in hex, with the secret from the same place.
Answer with a 2xx status within 5 seconds. Otherwise the change is delivered again, with growing pauses.
"""
SIGNATURE = {
    "name": "X-Handover-Signature-256",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
}


OPERATION = {
    "operationId": "holder_changed",
    "summary": "The holder changed",
    "description": DESCRIPTION,
    "tags": ["webhooks"],
    "parameters": [SIGNATURE],
    "responses": {"2XX": {"description": "Received."}},
}


def document(openapi):
    """Add the webhook and the schema of its body to an OpenAPI document."""
    schema = HolderChange.model_json_schema(ref_template=REF_TEMPLATE, mode="serialization")
    openapi["components"]["schemas"] |= schema.pop("$defs")
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    openapi["webhooks"] = {"holder": {"post": {**OPERATION, "requestBody": body}}}
