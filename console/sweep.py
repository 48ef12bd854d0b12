"""The sweep repeats lost work: after a lost task, a worker that died, a Redis that lost its data."""

import logging

from celery import shared_task

from agents.models import Agent
from console.infrastructure import heartbeats
from console.models import (
    Attachment,
    BotEvent,
    Conversation,
    Customer,
    CustomerExport,
    Erasure,
    HistoryImport,
    InboundWebhook,
    Moderation,
    Reaction,
    Reminder,
    ScheduledReply,
    SearchWord,
    Snooze,
)

logger = logging.getLogger(__name__)


@shared_task
def sweep():
    """Run every step. An error in one stops no other."""
    for step in STEPS:
        try:
            step()
        except Exception:
            logger.exception("The sweep failed at this: %s", step.__qualname__)
    heartbeats.beat("sweep")


def return_without_agent():
    Conversation.objects.without_agent().return_to_queue()


def bring_back_unattended():
    Conversation.objects.unattended().bring_back()


def fetch_missing_profiles():
    Customer.objects.unfetched().fetch_profile_later()


def fetch_missing_files():
    Attachment.objects.unfetched().fetch_later()


STEPS = [  # in this order
    InboundWebhook.objects.process,
    ScheduledReply.objects.send_due,
    Snooze.objects.end_due,
    Conversation.objects.deliver_later,
    Reaction.objects.deliver_later,
    BotEvent.objects.deliver_later,
    return_without_agent,
    Agent.objects.make_offline_away,
    Agent.objects.end_absences,
    Conversation.objects.apply_timeouts,
    bring_back_unattended,
    Conversation.objects.assign,
    Reminder.objects.remind,
    fetch_missing_profiles,
    fetch_missing_files,
    Moderation.objects.deliver_later,
    HistoryImport.objects.import_later,
    Erasure.objects.work_later,
    CustomerExport.objects.make_later,
    SearchWord.objects.learn,
]
