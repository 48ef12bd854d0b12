from .api_keys import ApiKeyAdmin
from .bot_events import BotEventAdmin
from .canned_replies import CannedReplyAdmin
from .conversations import ConversationAdmin
from .inbound_webhooks import InboundWebhookAdmin
from .labels import LabelAdmin
from .pages import PageWithRulesAdmin
from .teams import TeamAdmin

__all__ = [
    "ApiKeyAdmin",
    "BotEventAdmin",
    "CannedReplyAdmin",
    "ConversationAdmin",
    "InboundWebhookAdmin",
    "LabelAdmin",
    "PageWithRulesAdmin",
    "TeamAdmin",
]
