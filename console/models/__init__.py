from console.calls.reminders import Reminder
from console.calls.rules import CallRules
from console.custom_fields.models import CustomField, CustomValue
from console.digests.models import Digest
from console.history_import.models import HistoryImport
from console.merged_customers.models import MergedCustomer
from console.messenger_templates.models import SavedFile, SavedTemplate
from console.moderation.models import Moderation
from console.privacy.deletion_requests import DeletionRequest
from console.privacy.exports import CustomerExport
from console.privacy.models import Erasure
from console.privacy.retention_rules import RetentionRules
from console.push.models import PushSubscription
from console.saved_views.models import SavedView
from console.scheduled_replies.files import ScheduledFile
from console.scheduled_replies.models import ScheduledReply
from console.search.models import SearchDocument
from console.search.words import SearchWord
from console.second_factors.models import RecoveryCode, SecondFactor
from console.snoozes.models import Snooze
from console.uploaded_files.models import UploadedFile

from .activity import Activity
from .api_key import ApiKey
from .bot_event.bot_event import BotEvent
from .business_hours import BusinessHours, Holiday
from .canned_file import CannedFile
from .canned_reply import CannedReply
from .conversation.conversation import Conversation
from .customer import Customer
from .draft import Draft
from .handover.cause import Cause
from .handover.handover import Handover
from .handover_rules import HandoverRules
from .holder import Holder
from .inbound_webhook import InboundWebhook
from .label import Label
from .mention import Mention
from .message.attachment import Attachment
from .message.message import Message
from .message.reaction import Reaction
from .note import Note
from .refusals import CannotReceive, KeyInUse, Refused, TakenByAnother, TooLate, UnseenMessages, WindowClosed
from .team import Team

__all__ = [
    "Activity",
    "ApiKey",
    "Attachment",
    "BotEvent",
    "BusinessHours",
    "CallRules",
    "CannedFile",
    "CannedReply",
    "CannotReceive",
    "Cause",
    "Conversation",
    "CustomField",
    "CustomValue",
    "Customer",
    "CustomerExport",
    "DeletionRequest",
    "Digest",
    "Draft",
    "Erasure",
    "Handover",
    "HandoverRules",
    "HistoryImport",
    "Holder",
    "Holiday",
    "InboundWebhook",
    "KeyInUse",
    "Label",
    "Mention",
    "MergedCustomer",
    "Message",
    "Moderation",
    "Note",
    "PushSubscription",
    "Reaction",
    "RecoveryCode",
    "Refused",
    "Reminder",
    "RetentionRules",
    "SavedFile",
    "SavedTemplate",
    "SavedView",
    "ScheduledFile",
    "ScheduledReply",
    "SearchDocument",
    "SearchWord",
    "SecondFactor",
    "Snooze",
    "TakenByAnother",
    "Team",
    "TooLate",
    "UnseenMessages",
    "UploadedFile",
    "WindowClosed",
]
