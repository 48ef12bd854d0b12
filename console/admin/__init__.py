from .arrivals import ArrivalAdmin
from .conversations import ConversationAdmin

__all__ = ["ArrivalAdmin", "ConversationAdmin"]
