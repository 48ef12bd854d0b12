"""The Send API: messages and sender actions.

The order of the checks inside Facebook is unknown; ours is syntax, persona, person, Page, control, window, content.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api
"""

from . import errors, ownership, reach, routing, syntax, uploads, webhooks
from .call import Call
from .cast import Customer, Message, Page, Persona, new_mid

DAY_MS = 24 * 3600 * 1000
WINDOW_MS = DAY_MS
TAGGED_WINDOW_MS = 7 * DAY_MS


async def send(call: Call, page: Page) -> dict:
    syntax.check(call)
    persona = _persona(call, page)
    customer, is_free = reach.person(call, page)
    _check_may_speak(call, customer)
    if not is_free:
        _check_window(call, customer)
    if action := syntax.action(call):
        _act(call, customer, persona, action)
        return {"recipient_id": customer.psid}
    _check_thread_control(call, customer)
    message, asset = await _say(call, customer, persona)
    _hand_over(call, customer)
    known = {} if "user_ref" in call.get("recipient") else {"recipient_id": customer.psid}
    return known | {"message_id": message.mid} | ({"attachment_id": asset.id} if asset else {})


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


def _check_may_speak(call: Call, customer: Customer):
    if customer.page.is_restricted:
        raise errors.PAGE_RESTRICTED()
    if routing.speaker(customer, call.world.clock.now()) not in (None, call.grant.app.id):
        raise errors.THREAD_CONTROLLED()


def _check_window(call: Call, customer: Customer):
    """24 hours since the customer last wrote, tapped or reacted; 7 days with a tag. That sender actions keep to it
    too is assumed."""
    if call.get("tag") == "HUMAN_AGENT" and not call.grant.app.is_human_agent_approved:
        raise errors.HUMAN_AGENT_UNAPPROVED()
    now = call.world.clock.now()
    length = WINDOW_MS if call.get("reply_to") or not call.get("tag") else TAGGED_WINDOW_MS
    if customer.opened_at is None or now - customer.opened_at > length:
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


def _check_thread_control(call: Call, customer: Customer):
    if not (control := call.get("thread_control")):
        return
    ownership.check_control(call, customer)
    if control.get("app_id"):
        ownership.check_target(call, customer.page, str(control["app_id"]))


def _hand_over(call: Call, customer: Customer):
    """Along with the message: to the app that is named or the default app, or to nobody."""
    if not (control := call.get("thread_control")):
        return
    target = control.get("app_id") or customer.page.default_app_id
    if control.get("control_type") == "pass" and target:
        ownership.hand_over(call, customer, str(target), str(control.get("metadata", "")))
    else:
        routing.release(customer)


async def _say(call: Call, customer: Customer, persona: Persona | None) -> tuple[Message, uploads.Asset | None]:
    wanted = call.get("message")
    reply_to = _answered(call, customer)
    attached, templates, asset = await uploads.taken(call, customer.page, syntax.attachments(wanted))
    if sticker := wanted.get("sticker_id"):
        attached.append(uploads.sticker(call, sticker))
    message = Message(
        mid=new_mid(),
        sender="page",
        at=call.world.clock.stamp(),
        text=wanted.get("text"),
        attachments=attached,
        quick_replies=wanted.get("quick_replies", []),
        template=templates[0] if templates else None,
        persona=persona,
        app_id=call.grant.app.id,
        metadata=wanted.get("metadata"),
        reply_to=reply_to,
    )
    call.world.add_message(customer, message)
    webhooks.message_sent(call.world, customer, message)
    webhooks.message_delivered(call.world, customer, message)
    return message, asset


def _answered(call: Call, customer: Customer) -> str | None:
    """The message that this one answers, if it answers one."""
    reply_to = call.get("reply_to")
    if not reply_to:
        return None
    mid = reply_to.get("mid") if isinstance(reply_to, dict) else None
    if not customer.find(str(mid)):
        raise errors.REPLY_TO_UNKNOWN()
    return mid
