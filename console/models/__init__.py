from .activity import Activity
from .api_key import ApiKey
from .bot_event.bot_event import BotEvent
from .business_hours import BusinessHours, Holiday
from .conversation.conversation import Conversation
from .conversation.messaging_window import WindowClosed
from .conversation.replies import KeyInUse
from .conversation.transitions import CannotReceive, TakenByAnother, UnseenMessages
from .customer import Customer
from .handover import Cause, Handover, Holder
from .handover_rules import HandoverRules
from .inbound_webhook import InboundWebhook
from .message.attachment import Attachment
from .message.message import Message
from .team import Team

__all__ = [
    "Activity",
    "ApiKey",
    "Attachment",
    "BotEvent",
    "BusinessHours",
    "CannotReceive",
    "Cause",
    "Conversation",
    "Customer",
    "Handover",
    "HandoverRules",
    "Holder",
    "Holiday",
    "InboundWebhook",
    "KeyInUse",
    "Message",
    "TakenByAnother",
    "Team",
    "UnseenMessages",
    "WindowClosed",
]
