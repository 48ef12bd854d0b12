from .arrivals import ArrivalAdmin
from .conversations import ConversationAdmin
from .keys import KeyAdmin
from .notices import NoticeAdmin

__all__ = ["ArrivalAdmin", "ConversationAdmin", "KeyAdmin", "NoticeAdmin"]
