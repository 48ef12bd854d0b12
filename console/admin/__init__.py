from .arrivals import ArrivalAdmin
from .conversations import ConversationAdmin
from .keys import KeyAdmin

__all__ = ["ArrivalAdmin", "ConversationAdmin", "KeyAdmin"]
