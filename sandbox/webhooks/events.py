"""Webhook events: `sender`, `recipient`, `timestamp` and one inner object.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
"""

from ..world.models import Customer, Label, Message, Page, VoiceCall
from ..world.world import World

REACTIONS = {"😊": "smile", "😄": "smile", "😆": "smile", "😠": "angry", "😡": "angry", "😢": "sad", "😮": "wow"}
REACTIONS |= {"❤️": "love", "❤": "love", "😍": "love", "👍": "like", "👎": "dislike"}


def message_received(world: World, customer: Customer, message: Message, **more):
    inner = {"mid": message.mid} | _content(message) | more
    _publish(world, customer, "messages", {"message": inner}, message.at)


def postback_received(world: World, customer: Customer, message: Message, **more):
    inner = {"mid": message.mid, "title": message.text} | more
    _publish(world, customer, "messaging_postbacks", {"postback": inner}, message.at)


def referral_received(world: World, customer: Customer, referral: dict):
    _publish(world, customer, "messaging_referrals", {"referral": referral})


def message_sent(world: World, customer: Customer, message: Message):
    """Send the echo. It names the app, as a number, and never the persona."""
    inner = {"is_echo": True, "mid": message.mid} | ({"app_id": int(message.app_id)} if message.app_id else {})
    if message.metadata:
        inner["metadata"] = message.metadata
    event = {
        "sender": {"id": customer.page.id},
        "recipient": {"id": customer.psid},
        "timestamp": message.at,
        "message": inner | _content(message),
    }
    world.publish(customer.page, "message_echoes", event, customer)


def message_delivered(world: World, customer: Customer, message: Message):
    inner = {"mids": [message.mid], "watermark": message.at}
    _publish(world, customer, "message_deliveries", {"delivery": inner})


def messages_read(world: World, customer: Customer):
    """Send the receipt: everything at or before the watermark was read. Messenger sends no mids."""
    _publish(world, customer, "message_reads", {"read": {"watermark": world.clock.stamp()}})


def reaction_changed(world: World, customer: Customer, message: Message):
    """Send the reaction. A removed one carries neither name nor emoji."""
    inner = {"action": "unreact", "mid": message.mid}
    if emoji := message.reaction:
        inner = {"reaction": REACTIONS.get(emoji, "other"), "emoji": emoji, "action": "react", "mid": message.mid}
    _publish(world, customer, "message_reactions", {"reaction": inner})


def message_edited(world: World, customer: Customer, message: Message):
    inner = {"mid": message.mid, "text": message.text, "num_edit": message.edits}
    _publish(world, customer, "message_edits", {"message_edit": inner})


def control_passed(world: World, customer: Customer, before: str | None, after: str, metadata: str):
    inner = {"previous_owner_app_id": before, "new_owner_app_id": after, "metadata": metadata}
    _publish_to(world, customer, after, {"pass_thread_control": inner})


def control_taken(world: World, customer: Customer, receiver: str, before: str | None, after: str, metadata: str):
    inner = {"previous_owner_app_id": before, "new_owner_app_id": after, "metadata": metadata}
    _publish_to(world, customer, receiver, {"take_thread_control": inner})


def control_requested(world: World, customer: Customer, receiver: str | None, requester: str, metadata: str):
    """Send the request for control. The requesting app is a number here."""
    inner = {"requested_owner_app_id": int(requester), "metadata": metadata}
    _publish_to(world, customer, receiver, {"request_thread_control": inner})


def roles_changed(world: World, page: Page, app_id: str, roles: list[str]):
    """Send an event of the old handover protocol. It is about the Page and has no sender."""
    event = {"recipient": {"id": page.id}, "timestamp": world.clock.stamp(), "app_roles": {app_id: roles}}
    world.publish_to(app_id, page, "messaging_handovers", event)


def policy_enforced(world: World, page: Page, action: str, reason: str):
    """Send the policy enforcement. This event has no sender either."""
    inner = {"action": action} | ({"reason": reason} if reason else {})
    event = {"recipient": {"id": page.id}, "timestamp": world.clock.stamp(), "policy_enforcement": inner}
    world.publish(page, "messaging_policy_enforcement", event)


def page_status_changed(world: World, page: Page, facts: dict):
    """Send the status under two fields: as a change of the Page, and as an event without sender and recipient."""
    value = {"field": "business_integrity", "value": facts}
    world.publish(page, "business_integrity", value, key="changes")
    world.publish(page, "messaging_integrity", facts)


def call_changed(world: World, call: VoiceCall, event: str):
    """Send the event of a call. Times are in seconds. Assumed: all apps get it, whichever controls the thread."""
    page, caller = call.customer.page, call.customer
    inner = {"id": call.id, "to": page.id, "from": caller.psid, "event": event, "timestamp": call.at // 1000}
    world.publish(page, "calls", inner | {"call_direction": "user_initiated"}, key="calls")


def label_changed(world: World, customer: Customer, label: Label, action: str):
    value = {
        "user": {"id": customer.psid},
        "action": action,
        "label": {"id": label.id, "page_label_name": label.name},
    }
    world.publish(customer.page, "inbox_labels", {"field": "inbox_labels", "value": value}, key="changes")


def custom_event(world: World, customer: Customer, event: dict):
    """Send an event of any shape to all apps of the Page. Its own keys win over `sender` and the like."""
    _publish(world, customer, None, event)


def _publish(world: World, customer: Customer, field: str | None, inner: dict, at: int | None = None):
    world.publish(customer.page, field, _event(world, customer, at) | inner, customer)


def _publish_to(world: World, customer: Customer, app_id: str | None, inner: dict):
    world.publish_to(app_id, customer.page, "messaging_handovers", _event(world, customer) | inner)


def _event(world: World, customer: Customer, at: int | None = None) -> dict:
    return {
        "sender": {"id": customer.psid},
        "recipient": {"id": customer.page.id},
        "timestamp": at or world.clock.stamp(),
    }


def _content(message: Message) -> dict:
    content = {"text": message.text} if message.text is not None else {}
    attachments = [_attachment(attachment) for attachment in message.attachments]
    if message.template:
        attachments.append({"type": "template", "payload": message.template})
    stickers = [attachment["sticker_id"] for attachment in message.attachments if "sticker_id" in attachment]
    content |= {"attachments": attachments} if attachments else {}
    content |= {"sticker_id": stickers[0]} if stickers else {}  # older bots look for it here
    return content | ({"reply_to": {"mid": message.reply_to}} if message.reply_to else {})


def _attachment(attachment: dict) -> dict:
    payload = {name: value for name, value in attachment.items() if name != "type"}
    return {"type": attachment["type"]} | ({"payload": payload} if payload else {})
