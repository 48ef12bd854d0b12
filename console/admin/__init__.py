from .arrivals import ArrivalAdmin
from .conversations import ConversationAdmin
from .keys import KeyAdmin
from .notices import NoticeAdmin
from .pages import PageWithRulesAdmin
from .teams import TeamAdmin

__all__ = ["ArrivalAdmin", "ConversationAdmin", "KeyAdmin", "NoticeAdmin", "PageWithRulesAdmin", "TeamAdmin"]
