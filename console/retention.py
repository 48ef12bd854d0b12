"""Retention: rows that nobody needs any more are deleted in small batches, so that nobody waits for it.

docs/operations.md says what is kept for how long, and why. A row that somebody has locked is left for the next run.
"""

import logging
import time
from datetime import timedelta

from axes.models import AccessLog
from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from agents.sessions import Session
from console import deletion
from console.models import (
    Attachment,
    BotEvent,
    Conversation,
    CustomerExport,
    Handover,
    InboundWebhook,
    Message,
    Note,
    RetentionRules,
    ScheduledReply,
    UploadedFile,
)
from console.models.conversation.inbox import LATE

BATCH = 500  # rows in one transaction, which takes some milliseconds
PAUSE = 0.05  # s between two batches, in which others get on
MOST_SECONDS = 10  # for one kind of row in one run; the next run goes on
HOUR = timedelta(hours=1)
ON_THEIR_WAY = [Message.State.QUEUED, Message.State.SENDING, Message.State.UNKNOWN]
LOG_INS_KEPT = timedelta(days=365)
ENDED_SESSIONS_KEPT = timedelta(days=1)
SCHEDULED_REPLIES_KEPT = timedelta(days=7)  # once sent or discarded: desks that were away remove them from the thread

logger = logging.getLogger(__name__)


@shared_task
def delete_old_rows():
    """Delete rows of every kind for a limited time. A kind that fails stops no other."""
    for batches in KINDS:
        try:
            _run(batches())
        except Exception:
            logger.exception("The retention failed at this: %s", batches.__qualname__)


def _run(batches):
    until = time.monotonic() + MOST_SECONDS
    for _batch in batches:
        if time.monotonic() > until:
            return
        time.sleep(PAUSE)


# Each function deletes one batch between two yields.


def webhooks():
    """Delete bodies of webhooks that were processed. A body that an admin has to requeue stays."""
    before = _days_ago(settings.WEBHOOK_RETENTION_DAYS)
    return _oldest_first(InboundWebhook.objects.all(), "received_at", before, processed_at__isnull=False)


def sessions():
    """Delete sessions that have expired. For a while, the log-in page says to their agents why they ended."""
    while _delete(Session.objects.filter(expire_date__lt=timezone.now() - ENDED_SESSIONS_KEPT)[:BATCH]):
        yield


def log_ins():
    """Delete the notes of who logged in from where. Failed attempts are deleted by django-axes itself."""
    return _oldest_first(AccessLog.objects.all(), "attempt_time", timezone.now() - LOG_INS_KEPT)


def scheduled_replies():
    """Delete scheduled replies that were sent or discarded. A reply that waits or was not sent stands in the thread."""
    while _delete(ScheduledReply.objects.gone().filter(at__lt=timezone.now() - SCHEDULED_REPLIES_KEPT)[:BATCH]):
        yield


def exports():
    """Delete exports of customers after a day, with their files."""
    while CustomerExport.objects.outdated()[:BATCH].discard():
        yield


def uploads():
    """Delete the rows of uploads that Facebook no longer has."""
    while _delete(UploadedFile.objects.outdated()[:BATCH]):
        yield


def conversations():
    """Delete conversations that have long been closed, with all that was said and with their customers, if wanted."""
    if settings.CONVERSATION_RETENTION_DAYS:
        own = RetentionRules.objects.exclude(message_days=None).values("pk")
        yield from _conversations(_long_closed(settings.CONVERSATION_RETENTION_DAYS).exclude(page__in=own))


def of_pages():
    """Delete what the rules of single Pages say. Each is looked through hourly. A failure at one stops no other."""
    for rules in RetentionRules.objects.due():
        try:
            yield from _of_page(rules)
        except Exception:
            logger.exception("The retention failed at Page %s", rules.page_id)
        rules.row.postpone(timezone.now() + HOUR)


KINDS = [webhooks, sessions, log_ins, scheduled_replies, exports, uploads, conversations, of_pages]


def _of_page(rules):
    if rules.webhook_days:
        yield from _webhooks_of(rules)
    if rules.file_days:
        yield from _files_of(rules)
    if rules.message_days:
        yield from _conversations(_long_closed(rules.message_days).filter(page=rules.page_id))


def _webhooks_of(rules):
    """Delete the stored webhooks of a Page, each looked at once. Other Pages in the same body stay in it.

    A webhook that is still to be processed, or that somebody has locked, is looked at again in an hour, with all after
    it.
    """
    page_id, before = rules.page.page_id, _days_ago(rules.webhook_days)
    later = InboundWebhook.objects.filter(received_at__lt=before).order_by("pk")
    while chunk := list(later.filter(pk__gt=rules.looked_at).values_list("pk", flat=True)[:BATCH]):
        rows = InboundWebhook.objects.filter(pk__in=chunk)
        about = set(rows.not_given_up().filter(body__contains=page_id).values_list("pk", flat=True))
        left = about - rows.filter(processed_at__isnull=False).delete_page(page_id)
        rules.looked_at = min(left) - 1 if left else chunk[-1]
        rules.row.update(looked_at=rules.looked_at)
        yield
        if left:
            return


def _files_of(rules):
    """Delete the files of a Page. A file that is still to be sent stays."""
    before = _days_ago(rules.file_days)
    old = Attachment.objects.filter(message__page=rules.page_id, message__at__lt=before).exclude(file="")
    while old.exclude(message__state__in=ON_THEIR_WAY)[:BATCH].delete_files():
        yield


def _conversations(long_closed):
    found = long_closed.in_order().reverse()  # from the end of an index: the first that was closed
    for conversation in found.values_list("pk", flat=True)[:BATCH]:
        while _delete_part(long_closed, conversation):
            yield
        yield


def _days_ago(days):
    return timezone.now() - timedelta(days=days)


def _oldest_first(rows, time_field, before, **condition):
    """Walk along the primary key, which grows with the time, up to the first row that is young enough.

    The time has no index, which every insert would have to pay for. Old rows that stay are few.
    """
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", time_field)[:BATCH]):
        last, newest = chunk[-1]
        old = [pk for pk, moment in chunk if moment < before]
        _delete(rows.filter(pk__in=old, **condition))
        yield
        if newest >= before:
            return


def _delete(rows):
    """Delete rows in one statement, except those that somebody has locked; return the number of deleted rows."""
    with transaction.atomic():
        free = rows.select_for_update(skip_locked=True).values("pk")
        return rows.model.objects.filter(pk__in=free).delete()[0]


# A long conversation is deleted in several transactions. If its customer writes meanwhile, the rest stays.


def _long_closed(days):
    """Filter to conversations in which nothing has happened for that long, and nothing is left to do."""
    before = _days_ago(days)
    waits = [
        Message.objects.filter(state__in=ON_THEIR_WAY),
        Handover.objects.pending().order_by(),
        BotEvent.objects.order_by(),
        ScheduledReply.objects.waiting(),
    ]
    closed = Conversation.objects.filter(closed_at__lt=before, rank__gt=LATE.value - before, waiting_since=None)
    noted = Note.objects.filter(conversation=OuterRef("pk"), at__gt=before)
    return closed.exclude(last_at__gt=before).filter(
        ~Exists(noted),
        *[~Exists(rows.filter(conversation=OuterRef("pk"))) for rows in waits],
    )


def _delete_part(long_closed, pk):
    """Delete some of its messages, or all the rest; return whether there may be more."""
    with transaction.atomic():
        conversation = long_closed.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        if conversation is None:
            return False
        return deletion.delete_part(conversation, BATCH)[0]
