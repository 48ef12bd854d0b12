"""A webhook body, read into frozen events. Whatever is not understood is Unknown; every event keeps its raw object.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

from .calls import MissedCall
from .done import (
    AccountLinking,
    CustomerInformation,
    Feedback,
    OptIn,
    Order,
    Product,
    Referral,
    ResponseFeedback,
)
from .envelope import parse
from .event import DashboardTest, Event, OtherObject, Unknown
from .fields import to_json
from .held import AppRoles, Integrity, LabelChanged, Policy, ThreadPassed, ThreadRequested, ThreadTaken
from .said import Answer, Attachment, Delivery, Echo, Edit, Message, Postback, Reaction, Read, Ref
from .subscribed import FIELDS, OTHER, field_of
from .unsent import forget
from .written import entry, entry_of, overheard, serialise, write

__all__ = [
    "FIELDS",
    "OTHER",
    "AccountLinking",
    "Answer",
    "AppRoles",
    "Attachment",
    "CustomerInformation",
    "DashboardTest",
    "Delivery",
    "Echo",
    "Edit",
    "Event",
    "Feedback",
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
    "Ref",
    "Referral",
    "ResponseFeedback",
    "ThreadPassed",
    "ThreadRequested",
    "ThreadTaken",
    "Unknown",
    "entry",
    "entry_of",
    "field_of",
    "forget",
    "overheard",
    "parse",
    "serialise",
    "to_json",
    "write",
]
