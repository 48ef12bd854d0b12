"""Under which field of a webhook subscription Facebook delivers each event.

https://developers.facebook.com/docs/graph-api/webhooks/reference/page
"""

from .calls import MissedCall
from .done import AccountLinking, CustomerInformation, Feedback, OptIn, Order, Referral, ResponseFeedback
from .event import Event
from .held import AppRoles, Integrity, LabelChanged, Policy, ThreadPassed, ThreadRequested, ThreadTaken
from .said import Delivery, Echo, Edit, Message, Postback, Reaction, Read

FIELDS = {
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
OTHER = "other"  # whatever else Facebook sends


def field_of(event: Event) -> str:
    """The field of this event, also where it is overheard on standby."""
    return FIELDS.get(type(event), OTHER)
