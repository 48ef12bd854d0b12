from .agents import AgentWithOffboardingAdmin
from .api_keys import ApiKeyAdmin
from .bot_events import BotEventAdmin
from .canned_replies import CannedReplyAdmin
from .conversations import ConversationAdmin
from .custom_fields import CustomFieldAdmin
from .deletion_requests import DeletionRequestAdmin
from .erasures import ErasureAdmin
from .inbound_webhooks import InboundWebhookAdmin
from .labels import LabelAdmin
from .pages import PageWithRulesAdmin
from .saved_templates import SavedTemplateAdmin
from .saved_views import SavedViewAdmin
from .teams import TeamAdmin

__all__ = [
    "AgentWithOffboardingAdmin",
    "ApiKeyAdmin",
    "BotEventAdmin",
    "CannedReplyAdmin",
    "ConversationAdmin",
    "CustomFieldAdmin",
    "DeletionRequestAdmin",
    "ErasureAdmin",
    "InboundWebhookAdmin",
    "LabelAdmin",
    "PageWithRulesAdmin",
    "SavedTemplateAdmin",
    "SavedViewAdmin",
    "TeamAdmin",
]
