from .arrivals import ArrivalAdmin
from .conversations import ConversationAdmin
from .pages import PageWithRulesAdmin
from .teams import TeamAdmin

__all__ = ["ArrivalAdmin", "ConversationAdmin", "PageWithRulesAdmin", "TeamAdmin"]
