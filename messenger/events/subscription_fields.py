"""The webhook subscription field under which Facebook delivers each event.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page
"""

from .event import Event
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

SUBSCRIPTION_FIELDS = {
    Message: "messages",
    Order: "messages",
    Postback: "messaging_postbacks",
    Echo: "message_echoes",
    Delivery: "message_deliveries",
    Read: "message_reads",
    Reaction: "message_reactions",
    Edit: "message_edits",
    Referral: "messaging_referrals",
    OptIn: "messaging_optins",
    AccountLinking: "messaging_account_linking",
    Feedback: "messaging_feedback",
    ResponseFeedback: "response_feedback",
    CustomerInformation: "messaging_customer_information",
    MissedCall: "calls",
    **dict.fromkeys([ThreadPassed, ThreadTaken, ThreadRequested, AppRoles], "messaging_handovers"),
    Policy: "messaging_policy_enforcement",
    LabelChanged: "inbox_labels",
    Integrity: "business_integrity",
}
OTHER_FIELD = "other"  # all other events


def subscription_field_of(event: Event) -> str:
    """Return the subscription field of this event, also of one that came in `standby`; "other" for an unknown event."""
    return SUBSCRIPTION_FIELDS.get(type(event), OTHER_FIELD)
