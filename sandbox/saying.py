"""What a customer says: words, files, stickers, places, taps, or an event of any shape."""

from . import automatic, routing, webhooks
from .bodies import Body, refused
from .cast import Customer, Message, new_mid
from .world import World

PARTS = ("text", "attachment", "attachments", "sticker", "location", "referral", "reply_to")
OPENING_KEYS = ("message", "postback", "reaction")


def say(world: World, customer: Customer, body: Body, origin: str) -> str | None:
    """→ the mid, None for an event without one."""
    body.check_names(*PARTS, "postback", "quick_reply", "event")
    if event := body.optional("event", dict):
        return _send_event(world, customer, event)
    message = Message(new_mid(), "customer", world.clock.stamp())
    if postback := body.optional("postback", dict):
        _tap(world, customer, message, Body(postback))
    elif reply := body.optional("quick_reply", dict):
        _reply(world, customer, message, Body(reply))
    else:
        _write(world, customer, message, body, origin)
    if customer.find(message.mid):
        automatic.answer(world, customer)
    return message.mid


def _write(world: World, customer: Customer, message: Message, body: Body, origin: str):
    referral = body.optional("referral", dict)
    message.text = body.optional("text")
    message.attachments = _attachments(body, origin)
    message.reply_to = _answered(customer, body)
    if referral and not message.text and not message.attachments:
        return _arrive(world, customer, referral)
    if not message.text and not message.attachments:
        raise refused(f"Say one of: {', '.join(PARTS[:-1])}, postback, quick_reply, event.")
    automatic.welcome(world, customer, referral)
    _hear(world, customer, message)
    webhooks.message_said(world, customer, message, **({"referral": referral} if referral else {}))


def _arrive(world: World, customer: Customer, referral: dict):
    """By a link into a thread that exists. It opens the window as a message would."""
    customer.opened_at = world.clock.now()
    routing.wake(customer, world.clock.now())
    webhooks.referred(world, customer, referral)
    automatic.welcome(world, customer, referral)


def _attachments(body: Body, origin: str) -> list[dict]:
    wanted = body.optional("attachments", list, default=[])
    wanted = wanted + [one for one in [body.optional("attachment", dict)] if one]
    found = [_attachment(Body(one), origin) for one in wanted if isinstance(one, dict)]
    if (sticker := body.optional("sticker", int)) is not None:
        found.append({"type": "sticker", "url": f"{origin}/_sandbox/sticker.png", "sticker_id": sticker})
    if place := body.optional("location", dict):
        found.append({"type": "location", "coordinates": {"lat": place.get("lat"), "long": place.get("long")}})
    return found


def _attachment(attachment: Body, origin: str) -> dict:
    """A path is a file of our own. A `fallback` needs no address, and what else is said is kept."""
    type = attachment.need("type")
    url = attachment.optional("url") if type == "fallback" else attachment.need("url")
    address = {"url": origin + url if url.startswith("/") else url} if url else {}
    return attachment | {"type": type} | address


def _answered(customer: Customer, body: Body) -> str | None:
    mid = body.optional("reply_to")
    if mid and not customer.find(mid):
        raise refused(f"There is no message {mid} in this thread.")
    return mid


def _tap(world: World, customer: Customer, message: Message, postback: Body):
    message.text = postback.need("title")
    more = {"payload": postback.need("payload")}
    if referral := postback.optional("referral", dict):
        more["referral"] = referral
    _hear(world, customer, message)
    webhooks.postback_tapped(world, customer, message, **more)


def _reply(world: World, customer: Customer, message: Message, reply: Body):
    message.text = reply.need("title")
    payload = reply.need("payload")
    _hear(world, customer, message)
    webhooks.message_said(world, customer, message, quick_reply={"payload": payload})


def _hear(world: World, customer: Customer, message: Message):
    world.add_message(customer, message)
    routing.wake(customer, world.clock.now())


def _send_event(world: World, customer: Customer, event: dict) -> str | None:
    """Any event, sent as it is. A message with text that the thread does not know is shown in it."""
    inner = next((event[key] for key in OPENING_KEYS if isinstance(event.get(key), dict)), {})
    mid = inner.get("mid") if isinstance(inner.get("mid"), str) else None
    if inner and not inner.get("is_echo"):
        customer.opened_at = world.clock.now()
        routing.wake(customer, world.clock.now())
        if inner is event.get("message") and "text" in inner and mid and not customer.find(mid):
            world.add_message(customer, Message(mid, "customer", world.clock.stamp(), text=inner["text"]))
    webhooks.anything(world, customer, event)
    return mid
