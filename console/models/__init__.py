from .activity import Activity
from .answering import KeyInUse
from .arrival import Arrival
from .attachment import Attachment
from .conversation import Conversation
from .customer import Customer
from .handover import Cause, Handover, Holder
from .holding import CannotReceive, TakenByAnother, UnseenMessages
from .hours import Holiday, Hours
from .key import Key
from .message import Message
from .notice import Notice
from .rules import Rules
from .team import Team
from .window import WindowClosed

__all__ = [
    "Activity",
    "Arrival",
    "Attachment",
    "CannotReceive",
    "Cause",
    "Conversation",
    "Customer",
    "Handover",
    "Holder",
    "Holiday",
    "Hours",
    "Key",
    "KeyInUse",
    "Message",
    "Notice",
    "Rules",
    "TakenByAnother",
    "Team",
    "UnseenMessages",
    "WindowClosed",
]
