from .arrivals import ArrivalAdmin
from .conversations import ConversationAdmin
from .notices import NoticeAdmin

__all__ = ["ArrivalAdmin", "ConversationAdmin", "NoticeAdmin"]
