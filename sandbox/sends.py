"""The Send API: messages and sender actions.

The order of the checks inside Facebook is unknown; ours is syntax, persona, person, window, content.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api
"""

from . import errors, media, syntax, webhooks
from .call import Call
from .world import Customer, Message, Page, Persona, new_mid

DAY_MS = 24 * 3600 * 1000
WINDOW_MS = DAY_MS
TAGGED_WINDOW_MS = 7 * DAY_MS


async def send(call: Call, page: Page) -> dict:
    syntax.check(call)
    persona = _persona(call, page)
    customer = _person(call, page)
    _check_window(call, customer)
    if action := syntax.action(call):
        _act(call, customer, persona, action)
        return {"recipient_id": customer.psid}
    message = await _say(call, customer, persona)
    return {"recipient_id": customer.psid, "message_id": message.mid}


def _persona(call: Call, page: Page) -> Persona | None:
    wanted = call.get("persona_id")
    if not wanted:
        return None
    persona = call.world.personas.get(str(wanted))
    if not persona or persona.page is not page or persona.is_deleted:
        raise errors.PERSONA_UNKNOWN()
    if syntax.action(call) not in (None, "typing_on", "typing_off"):
        raise errors.PERSONA_CANNOT()
    return persona


def _person(call: Call, page: Page) -> Customer:
    customer = call.world.customers.get(call.get("recipient")["id"])
    if not customer or customer.page is not page:
        raise errors.PERSON_UNKNOWN()
    if customer.is_blocking:
        raise errors.PERSON_UNAVAILABLE()
    return customer


def _check_window(call: Call, customer: Customer):
    """24 hours since the customer last wrote, tapped or reacted; 7 days with a tag. That sender actions keep to it
    too is assumed."""
    if call.get("tag") == "HUMAN_AGENT" and not call.grant.app.is_human_agent_approved:
        raise errors.HUMAN_AGENT_UNAPPROVED()
    length = TAGGED_WINDOW_MS if call.get("tag") else WINDOW_MS
    if customer.opened_at is None or call.world.clock.now() - customer.opened_at > length:
        raise errors.OUTSIDE_WINDOW()


def _act(call: Call, customer: Customer, persona: Persona | None, action: str):
    match action:
        case "typing_on":
            customer.be_typed_to(call.world.clock.now(), persona)
        case "mark_seen":
            customer.be_seen()
        case "typing_off":
            customer.stop_being_typed_to()
        case "react" | "unreact":
            _react(call.get("payload"), customer, action)


def _react(payload, customer: Customer, action: str):
    payload = payload if isinstance(payload, dict) else {}
    message = customer.find(str(payload.get("message_id")))
    if not message:
        raise errors.PARAM_INVALID()
    message.reaction = payload.get("reaction") if action == "react" else None


async def _say(call: Call, customer: Customer, persona: Persona | None) -> Message:
    wanted = call.get("message")
    attached = [await _kept(call, a) for a in syntax.attachments(wanted) if a["type"] != "template"]
    templates = [a["payload"] for a in syntax.attachments(wanted) if a["type"] == "template"]
    message = Message(
        mid=new_mid(),
        sender="page",
        at=call.world.clock.stamp(),
        text=wanted.get("text"),
        attachments=attached,
        quick_replies=wanted.get("quick_replies", []),
        template=templates[0] if templates else None,
        persona=persona,
        app=call.grant.app,
        metadata=wanted.get("metadata"),
    )
    customer.hear(message)
    webhooks.message_sent(call.world, customer, message)
    webhooks.message_delivered(call.world, customer, message)
    return message


async def _kept(call: Call, attachment: dict) -> dict:
    """The attachment with the address of Facebook's own copy."""
    payload = attachment["payload"]
    if "attachment_id" in payload:
        raise errors.ATTACHMENT_UNKNOWN()
    if "url" not in payload:
        raise errors.FILE_MISSING()
    fetch = media.fetch_image if attachment["type"] == "image" else media.fetch
    return {"type": attachment["type"], "url": call.origin + call.world.media.keep(await fetch(payload["url"]))}
