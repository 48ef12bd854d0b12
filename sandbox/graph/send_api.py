"""The Send API: messages and sender actions.

The order of the checks inside Facebook is unknown; here: syntax, persona, recipient, Page, thread control, messaging
window, content.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api
"""

from .. import errors
from ..webhooks import events
from ..world import conversation_routing
from ..world.models import Customer, Message, Page, Persona, new_mid
from . import attachments, recipients, send_validation, thread_control
from .call import Call

DAY_MS = 24 * 3600 * 1000
WINDOW_MS = DAY_MS
TAGGED_WINDOW_MS = 7 * DAY_MS


async def send(call: Call, page: Page) -> dict:
    send_validation.check(call)
    persona = _persona(call, page)
    customer, has_no_window = recipients.find(call, page)
    _check_may_send(call, customer)
    if not has_no_window:
        _check_window(call, customer)
    if action := send_validation.action(call):
        _perform(call, customer, persona, action)
        return {"recipient_id": customer.psid}
    _check_thread_control(call, customer)
    message, asset = await _send(call, customer, persona)
    _apply_thread_control(call, customer)
    known = {} if "user_ref" in call.get("recipient") else {"recipient_id": customer.psid}
    return known | {"message_id": message.mid} | ({"attachment_id": asset.id} if asset else {})


def _persona(call: Call, page: Page) -> Persona | None:
    wanted = call.get("persona_id")
    if not wanted:
        return None
    persona = call.world.personas.get(str(wanted))
    if not persona or persona.page is not page or persona.is_deleted:
        raise errors.PERSONA_UNKNOWN()
    if send_validation.action(call) not in (None, "typing_on", "typing_off"):
        raise errors.PERSONA_CANNOT()
    return persona


def _check_may_send(call: Call, customer: Customer):
    if customer.page.is_restricted:
        raise errors.PAGE_RESTRICTED()
    if conversation_routing.controller(customer, call.world.clock.now()) not in (None, call.grant.app.id):
        raise errors.THREAD_CONTROLLED()


def _check_window(call: Call, customer: Customer):
    """The messaging window is 24 hours after the customer last wrote, tapped or reacted; 7 days with a tag.

    Assumed: it applies to sender actions too.
    """
    if call.get("tag") == "HUMAN_AGENT" and not call.grant.app.is_human_agent_approved:
        raise errors.HUMAN_AGENT_UNAPPROVED()
    now = call.world.clock.now()
    length = WINDOW_MS if call.get("reply_to") or not call.get("tag") else TAGGED_WINDOW_MS
    if customer.opened_at is None or now - customer.opened_at > length:
        raise errors.OUTSIDE_WINDOW()


def _perform(call: Call, customer: Customer, persona: Persona | None, action: str):
    match action:
        case "typing_on":
            customer.typing_on(call.world.clock.now(), persona)
        case "mark_seen":
            customer.mark_seen()
        case "typing_off":
            customer.typing_off()
        case "react" | "unreact":
            _react(call.get("payload"), customer, action)


def _react(payload, customer: Customer, action: str):
    payload = payload if isinstance(payload, dict) else {}
    message = customer.find(str(payload.get("message_id")))
    if not message:
        raise errors.PARAM_INVALID()
    message.reaction = payload.get("reaction") if action == "react" else None


def _check_thread_control(call: Call, customer: Customer):
    if not (control := call.get("thread_control")):
        return
    thread_control.check_control(call, customer)
    if control.get("app_id"):
        thread_control.check_target(call, customer.page, str(control["app_id"]))


def _apply_thread_control(call: Call, customer: Customer):
    """Pass thread control along with the message, to the named app or the default app, or release it."""
    if not (control := call.get("thread_control")):
        return
    target = control.get("app_id") or customer.page.default_app_id
    if control.get("control_type") == "pass" and target:
        thread_control.pass_to(call, customer, str(target), str(control.get("metadata", "")))
    else:
        conversation_routing.release(customer)


async def _send(call: Call, customer: Customer, persona: Persona | None) -> tuple[Message, attachments.Asset | None]:
    content = call.get("message")
    reply_to = _reply_to(call, customer)
    attached, templates, asset = await attachments.resolve(call, customer.page, send_validation.attachments(content))
    if sticker := content.get("sticker_id"):
        attached.append(attachments.sticker(call, sticker))
    message = Message(
        mid=new_mid(),
        sender="page",
        at=call.world.clock.stamp(),
        text=content.get("text"),
        attachments=attached,
        quick_replies=content.get("quick_replies", []),
        template=templates[0] if templates else None,
        persona=persona,
        app_id=call.grant.app.id,
        metadata=content.get("metadata"),
        reply_to=reply_to,
    )
    call.world.add_message(customer, message)
    events.message_sent(call.world, customer, message)
    events.message_delivered(call.world, customer, message)
    return message, asset


def _reply_to(call: Call, customer: Customer) -> str | None:
    """Return the id of the message that this one replies to."""
    reply_to = call.get("reply_to")
    if not reply_to:
        return None
    mid = reply_to.get("mid") if isinstance(reply_to, dict) else None
    if not customer.find(str(mid)):
        raise errors.REPLY_TO_UNKNOWN()
    return mid
