"""Messages from a customer: text, attachments, stickers, locations, postbacks, or an event of any shape."""

from ..webhooks import events
from ..world import conversation_routing
from ..world.models import Customer, Message, new_mid
from ..world.world import World
from . import automatic_replies
from .request_body import Body, bad_request

PARTS = ("text", "attachment", "attachments", "sticker", "location", "referral", "reply_to")
WINDOW_OPENING_KEYS = ("message", "postback", "reaction")


def send(world: World, customer: Customer, body: Body, origin: str) -> str | None:
    """Send the message that the body describes; return the mid, None for an event without one."""
    body.check_names(*PARTS, "postback", "quick_reply", "event")
    if event := body.optional("event", dict):
        return _send_event(world, customer, event)
    message = Message(new_mid(), "customer", world.clock.stamp())
    if postback := body.optional("postback", dict):
        _send_postback(world, customer, message, Body(postback))
    elif quick_reply := body.optional("quick_reply", dict):
        _send_quick_reply(world, customer, message, Body(quick_reply))
    else:
        _send_message(world, customer, message, body, origin)
    if customer.find(message.mid):
        automatic_replies.reply(world, customer)
    return message.mid


def _send_message(world: World, customer: Customer, message: Message, body: Body, origin: str):
    referral = body.optional("referral", dict)
    message.text = body.optional("text")
    message.attachments = _attachments(body, origin)
    message.reply_to = _reply_to(customer, body)
    if referral and not message.text and not message.attachments:
        return _send_referral(world, customer, referral)
    if not message.text and not message.attachments:
        raise bad_request(f"Send one of: {', '.join(PARTS[:-1])}, postback, quick_reply, event.")
    automatic_replies.welcome(world, customer, referral)
    _add(world, customer, message)
    events.message_received(world, customer, message, **({"referral": referral} if referral else {}))


def _send_referral(world: World, customer: Customer, referral: dict):
    """Let the customer come by a link into an existing thread. It opens the messaging window as a message would."""
    customer.opened_at = world.clock.now()
    conversation_routing.activate(customer, world.clock.now())
    events.referral_received(world, customer, referral)
    automatic_replies.welcome(world, customer, referral)


def _attachments(body: Body, origin: str) -> list[dict]:
    several = body.optional("attachments", list, default=[])
    several = several + [one for one in [body.optional("attachment", dict)] if one]
    found = [_attachment(Body(one), origin) for one in several if isinstance(one, dict)]
    if (sticker := body.optional("sticker", int)) is not None:
        found.append({"type": "sticker", "url": f"{origin}/_sandbox/sticker.png", "sticker_id": sticker})
    if location := body.optional("location", dict):
        coordinates = {"lat": location.get("lat"), "long": location.get("long")}
        found.append({"type": "location", "coordinates": coordinates})
    return found


def _attachment(attachment: Body, origin: str) -> dict:
    """Return the attachment {type, url, …}. A path is a file of the sandbox. A `fallback` needs no URL.

    Other keys are kept.
    """
    type = attachment.need("type")
    url = attachment.optional("url") if type == "fallback" else attachment.need("url")
    absolute = {"url": origin + url if url.startswith("/") else url} if url else {}
    return attachment | {"type": type} | absolute


def _reply_to(customer: Customer, body: Body) -> str | None:
    mid = body.optional("reply_to")
    if mid and not customer.find(mid):
        raise bad_request(f"There is no message {mid} in this thread.")
    return mid


def _send_postback(world: World, customer: Customer, message: Message, postback: Body):
    message.text = postback.need("title")
    more = {"payload": postback.need("payload")}
    if referral := postback.optional("referral", dict):
        more["referral"] = referral
    _add(world, customer, message)
    events.postback_received(world, customer, message, **more)


def _send_quick_reply(world: World, customer: Customer, message: Message, quick_reply: Body):
    message.text = quick_reply.need("title")
    payload = quick_reply.need("payload")
    _add(world, customer, message)
    events.message_received(world, customer, message, quick_reply={"payload": payload})


def _add(world: World, customer: Customer, message: Message):
    world.add_message(customer, message)
    conversation_routing.activate(customer, world.clock.now())


def _send_event(world: World, customer: Customer, event: dict) -> str | None:
    """Send the event as it is. A message with text that the thread does not have is added to it."""
    inner = next((event[key] for key in WINDOW_OPENING_KEYS if isinstance(event.get(key), dict)), {})
    mid = inner.get("mid") if isinstance(inner.get("mid"), str) else None
    if inner and not inner.get("is_echo"):
        customer.opened_at = world.clock.now()
        conversation_routing.activate(customer, world.clock.now())
        if inner is event.get("message") and "text" in inner and mid and not customer.find(mid):
            world.add_message(customer, Message(mid, "customer", world.clock.stamp(), text=inner["text"]))
    events.custom_event(world, customer, event)
    return mid
