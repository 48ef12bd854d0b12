"""Parse a webhook body into frozen events, and write one.

An event that is not understood is Unknown; every event keeps its raw object.
https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

from .coerce import to_json
from .erase import about, erase, without_page
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
from .parse import load, parse
from .parts import Attachment, FormAnswer, Product, ReferralSource
from .redact import redact
from .serialize import entry_of, make_entry, serialize, serialize_entries, standby_entry_of
from .subscription_fields import OTHER_FIELD, SUBSCRIPTION_FIELDS, subscription_field_of
from .thread_control import AppRoles, ThreadPassed, ThreadRequested, ThreadTaken
from .voice_calls import MissedCall

__all__ = [
    "OTHER_FIELD",
    "SUBSCRIPTION_FIELDS",
    "AccountLinking",
    "AppRoles",
    "Attachment",
    "CustomerInformation",
    "DashboardTest",
    "Delivery",
    "Echo",
    "Edit",
    "Event",
    "Feedback",
    "FormAnswer",
    "Integrity",
    "LabelChanged",
    "Message",
    "MissedCall",
    "OptIn",
    "Order",
    "OtherObject",
    "Policy",
    "Postback",
    "Product",
    "Reaction",
    "Read",
    "Referral",
    "ReferralSource",
    "ResponseFeedback",
    "ThreadPassed",
    "ThreadRequested",
    "ThreadTaken",
    "Unknown",
    "about",
    "entry_of",
    "erase",
    "load",
    "make_entry",
    "parse",
    "redact",
    "serialize",
    "serialize_entries",
    "standby_entry_of",
    "subscription_field_of",
    "to_json",
    "without_page",
]
