"""The events an app hears of: `sender`, `recipient`, `timestamp` and one inner object.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
"""

from .world import Customer, Message, World

REACTIONS = {"😊": "smile", "😄": "smile", "😆": "smile", "😠": "angry", "😡": "angry", "😢": "sad", "😮": "wow"}
REACTIONS |= {"❤️": "love", "❤": "love", "😍": "love", "👍": "like", "👎": "dislike"}


def message_said(world: World, customer: Customer, message: Message, **more):
    inner = {"mid": message.mid} | _content(message) | more
    _publish(world, customer, "messages", {"message": inner}, message.at)


def postback_tapped(world: World, customer: Customer, message: Message, payload: str):
    inner = {"mid": message.mid, "title": message.text, "payload": payload}
    _publish(world, customer, "messaging_postbacks", {"postback": inner}, message.at)


def message_sent(world: World, customer: Customer, message: Message):
    """The echo. It names the app, as a number, and never the persona."""
    inner = {"is_echo": True, "app_id": int(message.app.id), "mid": message.mid}
    if message.metadata:
        inner["metadata"] = message.metadata
    event = {
        "sender": {"id": customer.page.id},
        "recipient": {"id": customer.psid},
        "timestamp": message.at,
        "message": inner | _content(message),
    }
    world.publish(customer.page, "message_echoes", event)


def message_delivered(world: World, customer: Customer, message: Message):
    inner = {"mids": [message.mid], "watermark": message.at}
    _publish(world, customer, "message_deliveries", {"delivery": inner})


def messages_read(world: World, customer: Customer):
    """Everything sent at or before the watermark was seen. No mids on Messenger."""
    _publish(world, customer, "message_reads", {"read": {"watermark": world.clock.stamp()}})


def reaction_changed(world: World, customer: Customer, message: Message):
    """A reaction taken back carries neither name nor emoji."""
    inner = {"action": "unreact", "mid": message.mid}
    if emoji := message.reaction:
        inner = {"reaction": REACTIONS.get(emoji, "other"), "emoji": emoji, "action": "react", "mid": message.mid}
    _publish(world, customer, "message_reactions", {"reaction": inner})


def message_edited(world: World, customer: Customer, message: Message):
    inner = {"mid": message.mid, "text": message.text, "num_edit": message.edits}
    _publish(world, customer, "message_edits", {"message_edit": inner})


def anything(world: World, customer: Customer, event: dict):
    """An event of any shape, whatever fields the app asked for. What it says itself wins."""
    _publish(world, customer, None, event)


def _publish(world: World, customer: Customer, field: str | None, inner: dict, at: int | None = None):
    envelope = {
        "sender": {"id": customer.psid},
        "recipient": {"id": customer.page.id},
        "timestamp": at or world.clock.stamp(),
    }
    world.publish(customer.page, field, envelope | inner)


def _content(message: Message) -> dict:
    attachments = [{"type": a["type"], "payload": {"url": a["url"]}} for a in message.attachments]
    if message.template:
        attachments.append({"type": "template", "payload": message.template})
    content = {"text": message.text} if message.text is not None else {}
    return content | ({"attachments": attachments} if attachments else {})
