"""Validation of calls to the Send API, before the recipient is looked up.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api
"""

from .. import errors
from . import templates
from .call import Call

TEXT_LIMIT = 2000
METADATA_LIMIT = 1000
QUICK_REPLY_LIMIT = 13
QUICK_REPLY_TITLE_LIMIT = 20
QUICK_REPLY_PAYLOAD_LIMIT = 1000
IMAGES_LIMIT = 30  # assumed

MESSAGING_TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
TAGS = ("HUMAN_AGENT", "CUSTOMER_FEEDBACK")
RETIRED_TAGS = ("CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE")
NOTIFICATION_TYPES = ("REGULAR", "SILENT_PUSH", "NO_PUSH")
ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")
ATTACHMENT_TYPES = ("image", "audio", "video", "file", "template")
MESSAGE_KEYS = {"text", "attachment", "attachments", "sticker_id", "metadata", "quick_replies"}
QUICK_REPLY_KEYS = {"content_type", "title", "payload", "image_url"}
QUICK_REPLY_TYPES = ("text", "user_phone_number", "user_email")
# Ways to name a recipient other than by id
RECIPIENT_KEYS = (
    "phone_number",
    "user_ref",
    "post_id",
    "comment_id",
    "one_time_notif_token",
    "notification_messages_token",
)
CONTROL_TYPES = ("pass", "release")


def check(call: Call):
    _check_recipient(call.get("recipient"))
    if call.get("message") and call.get("sender_action"):
        raise errors.MESSAGE_AND_ACTION()
    if call.get("sender_action"):
        _check_listed("sender_action", action(call), ACTIONS)
    else:
        _check_message(call.get("message"))
    _check_tag(call.get("messaging_type"), call.get("tag"))
    if call.get("notification_type"):
        _check_listed("notification_type", call.get("notification_type"), NOTIFICATION_TYPES)
    if control := call.get("thread_control"):
        kind = control.get("control_type", "release") if isinstance(control, dict) else None
        _check_listed("thread_control[control_type]", kind, CONTROL_TYPES)


def action(call: Call) -> str | None:
    """Return the sender action. One SDK writes them in capitals."""
    wanted = call.get("sender_action")
    return str(wanted).lower() if wanted else None


def _check_recipient(recipient):
    if recipient is None:
        raise errors.PARAM_MISSING(name="recipient")
    if not recipient:
        raise errors.PARAM_EMPTY(name="recipient")
    if isinstance(recipient, dict) and "id" not in recipient and any(recipient.get(key) for key in RECIPIENT_KEYS):
        return
    psid = recipient.get("id") if isinstance(recipient, dict) else None
    if not isinstance(psid, str) or not psid.isdecimal():
        raise errors.RECIPIENT_INVALID()


def _check_message(message):
    if not message or not isinstance(message, dict):
        raise errors.MESSAGE_EMPTY()
    _check_keys("message", message, MESSAGE_KEYS)
    several = attachments(message)
    if not (message.get("text") or several or message.get("sticker_id")):
        raise errors.MESSAGE_EMPTY()
    if message.get("text") and several:
        raise errors.TEXT_AND_ATTACHMENT()
    _check_length("message[text]", message.get("text", ""), TEXT_LIMIT)
    _check_length("message[metadata]", message.get("metadata", ""), METADATA_LIMIT)
    if not str(message.get("sticker_id", "1")).isdecimal():
        raise errors.PARAM_INVALID()
    _check_quick_replies(message.get("quick_replies", []))
    if len(several) > IMAGES_LIMIT:
        raise errors.PARAM_TOO_MANY(name="message[attachments]", limit=IMAGES_LIMIT)
    for attachment in several:
        check_attachment(attachment, ("image",) if "attachments" in message else ATTACHMENT_TYPES)


def attachments(message: dict) -> list:
    """Return one attachment as a list, or (since 2025) those of an array."""
    several = message.get("attachments", [])
    return [message["attachment"]] if "attachment" in message else several if isinstance(several, list) else [several]


def check_attachment(attachment, types: tuple[str, ...] = ATTACHMENT_TYPES):
    if not isinstance(attachment, dict):
        raise errors.PARAM_INVALID()
    _check_listed("message[attachment][type]", attachment.get("type"), types)
    payload = attachment.get("payload")
    if not isinstance(payload, dict):
        raise errors.PARAM_MISSING(name="message[attachment][payload]")
    if attachment["type"] == "template":
        templates.check("message[attachment][payload]", payload)
    elif "url" in payload and not str(payload["url"]).startswith(("http://", "https://")):
        raise errors.PARAM_NOT_URL(name="url")


def _check_quick_replies(replies):
    if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
        raise errors.PARAM_INVALID()
    if len(replies) > QUICK_REPLY_LIMIT:
        raise errors.PARAM_TOO_MANY(name="message[quick_replies]", limit=QUICK_REPLY_LIMIT)
    for number, reply in enumerate(replies):
        name = f"message[quick_replies][{number}]"
        _check_keys(name, reply, QUICK_REPLY_KEYS)
        _check_listed(f"{name}[content_type]", reply.get("content_type", "text"), QUICK_REPLY_TYPES)
        _check_length(f"{name}[title]", reply.get("title", ""), QUICK_REPLY_TITLE_LIMIT)
        _check_length(f"{name}[payload]", reply.get("payload", ""), QUICK_REPLY_PAYLOAD_LIMIT)
        if reply.get("content_type", "text") == "text" and not reply.get("title"):
            raise errors.PARAM_MISSING(name=f"{name}[title]")


def _check_tag(messaging_type, tag):
    if messaging_type:
        _check_listed("messaging_type", messaging_type, MESSAGING_TYPES)
    if tag in RETIRED_TAGS:
        raise errors.TAG_RETIRED()
    if tag:
        _check_listed("tag", tag, TAGS)
    elif messaging_type == "MESSAGE_TAG":
        raise errors.PARAM_INVALID()


def _check_keys(name: str, value: dict, known: set[str]):
    if unknown := [key for key in value if key not in known]:
        raise errors.KEYS_UNKNOWN(keys=", ".join(unknown), name=name)


def _check_length(name: str, value, limit: int):
    if not isinstance(value, str):
        raise errors.PARAM_INVALID()
    if len(value) > limit:
        raise errors.PARAM_TOO_LONG(name=name, limit=limit)


def _check_listed(name: str, value, choices: tuple[str, ...]):
    if value not in choices:
        raise errors.PARAM_NOT_LISTED(name=name, choices=", ".join(choices), got=value)
