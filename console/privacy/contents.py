"""The kinds of rows that a customer has, in words and numbers: before an erasure, and on its receipt."""

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from console.deletion import FILES
from console.models.activity import Activity
from console.models.bot_event.bot_event import BotEvent
from console.models.draft import Draft
from console.models.handover.handover import Handover
from console.models.message.attachment import Attachment
from console.models.message.message import Message
from console.models.note import Note
from console.scheduled_replies.files import ScheduledFile
from console.scheduled_replies.models import ScheduledReply

NAMES = {FILES: _("stored files"), "console.InboundWebhook": _("webhooks from which they are removed")}
OF_CONVERSATION = [Message, Note, Draft, ScheduledReply, Activity, Handover, BotEvent]


def contents_of(customer):
    """Return the number of rows of each kind that an erasure would delete now."""
    of_it = Q(conversation__customer=customer)
    counts = {model._meta.label: model.objects.filter(of_it).count() for model in OF_CONVERSATION}
    sent = Attachment.objects.filter(message__conversation__customer=customer).exclude(file="")
    scheduled = ScheduledFile.objects.filter(scheduled_reply__conversation__customer=customer)
    counts["console.CustomValue"] = customer.custom_values.count()
    return counts | {FILES: sent.count() + scheduled.count()}


def in_words(counts):
    """Return pairs of a kind of rows and its number, in the order of the words. Rows that join others are left out."""
    named = [(_name(label), number) for label, number in counts.items() if number]
    return sorted((str(name), number) for name, number in named if name)


def _name(label):
    if label in NAMES:
        return NAMES[label]
    meta = apps.get_model(label)._meta
    return "" if meta.auto_created else meta.verbose_name_plural
