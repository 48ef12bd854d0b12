"""Parse a webhook body into events.

A body has entries. Each has events for us, events of a thread that another app controls, calls, or changes of the Page.
https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

import json

from .coerce import to_dict, to_flag, to_id, to_list, to_ms, to_text
from .event import DashboardTest, Event, OtherObject, Unknown
from .interactions import (
    AccountLinking,
    CustomerInformation,
    Feedback,
    OptIn,
    Order,
    Postback,
    Referral,
    ResponseFeedback,
)
from .messages import Delivery, Echo, Edit, Message, Reaction, Read
from .page import Integrity, LabelChanged, Policy
from .thread_control import AppRoles, ThreadPassed, ThreadRequested, ThreadTaken
from .voice_calls import MissedCall

# The key that an event has beside its sender, recipient and timestamp, and the class of the event.
MESSAGING = {
    "message": Message,
    "postback": Postback,
    "delivery": Delivery,
    "read": Read,
    "reaction": Reaction,
    "message_edit": Edit,
    "referral": Referral,
    "optin": OptIn,
    "account_linking": AccountLinking,
    "messaging_feedback": Feedback,
    "response_feedback": ResponseFeedback,
    "messaging_customer_information": CustomerInformation,
    "order": Order,
    "pass_thread_control": ThreadPassed,
    "take_thread_control": ThreadTaken,
    "request_thread_control": ThreadRequested,
    "app_roles": AppRoles,
    "policy_enforcement": Policy,
    "policy-enforcement": Policy,  # as it was spelled once
}
CHANGES = {"inbox_labels": LabelChanged, "business_integrity": Integrity}
NO_PAGE = "0"  # the Page of a sample that the dashboard sends


def parse(body: bytes) -> list[Event]:
    """Return the events of a webhook body, in their order.

    An event that is not understood is Unknown and never an error. Raises ValueError if the body is no webhook: not
    JSON, or without `object` and `entry`. Verify the signature first (`messenger.webhook_signature.verify`).
    """
    about, entries = load(body)
    if about != "page":
        return [OtherObject("", "", 0, False, entry, part_of=None, object=to_text(about)) for entry in entries]
    return [event for entry in entries for event in _entry(entry)]


def load(body: bytes) -> tuple[str, list]:
    """Return the object that a webhook body is about, and its entries, unread. Raises ValueError as `parse` does."""
    try:
        parsed = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError("The body is not JSON.") from error
    about, entries = to_dict(parsed).get("object"), to_dict(parsed).get("entry")
    if not isinstance(about, str) or not isinstance(entries, list):
        raise ValueError("The body is not a webhook.")
    return about, entries


def _entry(entry):
    """Return at least one event: an entry in which nothing is understood is Unknown as a whole."""
    if not isinstance(entry, dict):
        return [_unknown(entry)]
    page_id, time = to_id(entry.get("id")), to_ms(entry.get("time"))
    events = [
        _messaging(raw, page_id, time, is_standby=key == "standby")
        for key in ("messaging", "standby")
        for raw in to_list(entry.get(key))
    ]
    events += [_change(raw, page_id, time) for raw in to_list(entry.get("changes"))]
    events += [_call(raw, page_id, time) for raw in to_list(entry.get("calls"))]
    return events or [_unknown(entry, page_id, time)]


def _messaging(raw, page_id, time, is_standby):
    if not isinstance(raw, dict):
        return Unknown(page_id, "", time, is_standby, raw)
    key = next((key for key in MESSAGING if isinstance(raw.get(key), dict)), "")
    if page_id == NO_PAGE:
        return DashboardTest("", "", time, is_standby, raw, field=key, part_of="messaging")
    is_echo = key == "message" and to_flag(raw[key].get("is_echo"))
    common = {
        "page_id": page_id,
        "psid": to_id(to_dict(raw.get("recipient" if is_echo else "sender")).get("id")),
        "at": to_ms(raw.get("timestamp")) or time,
        "is_standby": is_standby,
        "raw": raw,
    }
    kind = Echo if is_echo else MESSAGING.get(key)
    return (kind and kind.read(raw[key], common)) or Unknown(**common)


def _change(raw, page_id, time):
    field, value = to_dict(raw).get("field"), to_dict(raw).get("value")
    if page_id == NO_PAGE and isinstance(field, str):
        return DashboardTest("", "", time, False, raw, field=to_text(field))
    if not isinstance(field, str) or field not in CHANGES or not isinstance(value, dict):
        return Unknown(page_id, "", time, False, raw, part_of="changes")
    common = {"page_id": page_id, "psid": "", "at": time, "is_standby": False, "raw": raw}
    return CHANGES[field].read(value, common)


def _call(raw, page_id, time):
    common = {"page_id": page_id, "psid": "", "at": time, "is_standby": False, "raw": raw}
    return MissedCall.read(to_dict(raw), common) or Unknown(**common, part_of="calls")


def _unknown(raw, page_id="", time=0):
    return Unknown(page_id, "", time, False, raw, part_of=None)
