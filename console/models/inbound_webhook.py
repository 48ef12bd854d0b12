"""A webhook body as it came, stored before anything else happens. A worker processes it."""

import hashlib
import threading
from datetime import timedelta
from functools import cache
from itertools import accumulate
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models import Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.compiled import Compiled, Given, GivenList
from console import tasks
from console.infrastructure import wake_up
from console.models.inbound_batch import Batch
from messenger import events
from personas.models.retry import Retryable, ScheduledQuerySet
from personas.resource_shortage import is_resource_shortage

MOST_TOGETHER = 100  # webhooks in one transaction
MOST_BYTES = 4 * 1024 * 1024  # of their bodies; a single one may have more
LOCKED_PAUSE = timedelta(seconds=5)  # long beside the second for which a batch waits for a lock
MAX_ATTEMPTS = 12  # then it waits for an admin to requeue it; with the pauses below about an hour
STORE = """
INSERT INTO console_inboundwebhook (body, digest, received_at, unknown, error, attempts, is_relayed)
SELECT body, digest, now(), 0, '', 0, false FROM unnest(%s::text[], %s::text[]) AS given (body, digest)
ON CONFLICT (digest) DO NOTHING
"""

# One thread keeps its process busy; a second would only contend for the processor, and with typing beside it.
_processing = threading.Lock()


class InboundWebhookQuerySet(ScheduledQuerySet):
    def store(self, *bodies):
        """Store verified bodies, each once, by one INSERT, and wake the workers."""
        digests = [hashlib.sha256(body).hexdigest() for body in bodies]
        with connection.cursor() as cursor:
            cursor.execute(STORE, [[body.decode() for body in bodies], digests])
        transaction.on_commit(wake_up.wake_processor, robust=True)

    def unprocessed(self):
        return self.filter(processed_at=None)

    def due(self, now=None):
        return super().due(now).unprocessed().filter(attempts__lt=MAX_ATTEMPTS)

    def given_up(self):
        """Filter to those that wait for an admin to requeue them."""
        return self.unprocessed().filter(attempts__gte=MAX_ATTEMPTS)

    def not_given_up(self):
        return self.exclude(processed_at=None, attempts__gte=MAX_ATTEMPTS)

    def requeue(self):
        """Requeue them for processing, and return how many. Idempotent: messages already stored are skipped."""
        transaction.on_commit(wake_up.wake_processor, robust=True)
        return self.update(processed_at=None, attempts=0, next_attempt_at=None, error="")

    def process(self):
        """Process all that is due, unless a thread of this process does so already.

        Look once more after leaving: a webhook that came in that instant, and found the thread busy, would wait for
        the sweep.
        """
        empty_rounds = 0  # webhooks that another worker is processing are due too, and not for us
        while empty_rounds < 2 and _processing.acquire(blocking=False):
            try:
                empty_rounds = 0 if self._process_round() else empty_rounds + 1
            finally:
                _processing.release()
            if not NEXT_DUE(now=timezone.now()):
                return

    def take(self, most):
        """Lock and return the oldest webhooks that are due, and no more than fit into the memory of a worker.

        A worker that dies gives them back at once. Webhooks that do not fit are unlocked again: the next batch, which
        may be another worker's, has to begin with them.
        """
        now = timezone.now()
        with transaction.atomic():
            sizes = _sizes(most)(now=now)
            fitting = _fitting(sizes)
            transaction.set_rollback(len(fitting) < len(sizes))
        return TAKEN(pks=fitting, now=now) if fitting else []

    def put_off(self):
        """Process them again after a pause: somebody has locked their conversations."""
        self.postpone(timezone.now() + LOCKED_PAUSE)
        later = LOCKED_PAUSE.total_seconds()
        transaction.on_commit(lambda: tasks.process_webhooks.apply_async(countdown=later), robust=True)

    def redact(self, mid):
        """Remove the content of an unsent message from the stored bodies.

        A webhook that another worker is processing is skipped: that worker finds the message unsent as soon as it gets
        the conversation's lock, and removes the content itself.
        """
        for inbound_webhook in self.filter(mids__contains=[number_of(mid)]).select_for_update(skip_locked=True):
            self.filter(pk=inbound_webhook.pk).update(body=events.redact(inbound_webhook.body, mid))

    def erase_unprocessed(self, psid, before):
        """Remove a customer from the bodies that came before this moment and are still to be processed.

        These are two queries, because each of the two kinds has an index.
        """
        waiting = self.unprocessed().filter(attempts__lt=MAX_ATTEMPTS), self.given_up()
        return sum(rows.filter(received_at__lte=before).erase(psid) for rows in waiting)

    def erase(self, psid):
        """Remove a customer from the stored bodies; return from how many.

        A row stays, with the digest of its body: Facebook may send the body again, and it is not stored again.
        """
        erased = 0
        for inbound_webhook in self.filter(body__contains=psid).select_for_update().order_by("pk"):
            erased += inbound_webhook.erase(psid)
        return erased

    @transaction.atomic
    def delete_page(self, page_id):
        """Delete the bodies about one Page alone, and remove the Page from those about several.

        Return the keys of the rows that were looked at: those that somebody has locked are left.
        """
        found = list(self.filter(body__contains=page_id).select_for_update(skip_locked=True).order_by("pk"))
        for inbound_webhook in found:
            body = events.without_page(inbound_webhook.body, page_id)
            row = self.model.objects.filter(pk=inbound_webhook.pk)
            row.update(body=body) if body else row.delete()
        return {inbound_webhook.pk for inbound_webhook in found}

    def _process_round(self):
        """Process batches until one takes all that is left; return how many webhooks there were.

        Where a webhook fails, its batch is undone, and half as many are taken next: soon it is alone, and may fail.
        """
        count, most = 0, MOST_TOGETHER
        while True:
            batch = self._process_next(most)
            if batch.is_undone:
                most = len(batch) // 2
            elif len(batch) < most:
                return count + len(batch)
            else:
                count, most = count + len(batch), min(2 * most, MOST_TOGETHER)

    def _process_next(self, most):
        batch = Batch()
        try:
            batch.process(lambda: self.take(most))
        except Exception as error:
            if len(batch) > 1:
                batch.is_undone = True
            elif batch and is_resource_shortage(error):
                # The others may fit.
                self.filter(pk__in=batch.pks).postpone(timezone.now() + InboundWebhook.SHORTAGE_PAUSE)
            else:
                raise
        return batch


class InboundWebhook(Retryable):
    LONGEST_PAUSE = timedelta(minutes=10)

    body = models.TextField(_("body"))
    digest = models.CharField(max_length=64, editable=False)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    unknown = models.PositiveIntegerField(_("unknown events"), default=0)
    is_relayed = models.BooleanField(default=False, editable=False)
    mids = ArrayField(models.BigIntegerField(), default=list, db_default=[], editable=False)  # number_of each message

    objects: ClassVar[Any] = InboundWebhookQuerySet.as_manager()
    is_redacted = False  # since it was read

    class Meta:
        verbose_name = _("inbound webhook")
        verbose_name_plural = _("inbound webhooks")
        permissions = [("view_health", _("Can see the Health page"))]
        # With unique=True on the field, Django would add a second index for LIKE.
        constraints = [models.UniqueConstraint(fields=["digest"], name="one_webhook_per_digest")]
        indexes = [
            models.Index(fields=["id"], condition=Q(processed_at=None, attempts__lt=MAX_ATTEMPTS), name="webhook_due"),
            models.Index(
                fields=["id"],
                condition=Q(processed_at=None, attempts__gte=MAX_ATTEMPTS),
                name="webhook_given_up",
            ),
            GinIndex(fields=["mids"], name="webhook_mids"),
        ]

    def __init__(self, *values, **fields):
        super().__init__(*values, **fields)
        self.events, self.errors = [], []  # of this attempt

    def __str__(self):
        return f"{self.pk}"

    def requeue(self):
        self.row.requeue()

    def erase(self, psid):
        """Remove a customer from the body; return whether it named them."""
        body = events.erase(self.body, psid)
        if body != self.body:
            self.row.update(body=body, mids=_mids_of(events.parse(body.encode())), error="")
        return body != self.body

    def process(self):
        """Process it now, whether it is due or not."""
        Batch().process(lambda: [self])

    # In a batch

    def parse(self):
        """Parse the body, once.

        Events are sorted by customer: where they are processed apart, two workers never wait for each other.
        """
        self.events = sorted(events.parse(self.body.encode()), key=lambda event: event.psid or "")
        self.mids = _mids_of(self.events)
        self.unknown = sum(isinstance(event, events.Unknown) for event in self.events)

    def redact(self, mid):
        """Remove the content of an unsent message from the body."""
        if number_of(mid) in self.mids:
            self.body, self.is_redacted = events.redact(self.body, mid), True

    def note_attempt(self):
        self.attempts += 1
        self.error = "\n".join(self.errors)
        self.processed_at = None if self.errors else timezone.now()
        self.next_attempt_at = timezone.now() + self.backoff


# Queries that take due webhooks


def _free():
    return InboundWebhook.objects.due(Given("now")).select_for_update(skip_locked=True).order_by("pk")


@cache
def _sizes(most):
    return Compiled(lambda: _free().values_list("pk", Func("body", function="octet_length"))[:most])


TAKEN = Compiled(lambda: _free().filter(pk__any=GivenList("pks")))
NEXT_DUE = Compiled(lambda: InboundWebhook.objects.due(Given("now")).values_list("pk")[:1])


def _fitting(sizes):
    """Return the keys of the first of these (key, size) that fit into a batch together, at least of one."""
    so_far = accumulate(size for _pk, size in sizes)
    return [pk for (pk, size), total in zip(sizes, so_far, strict=True) if total <= max(MOST_BYTES, size)]


def _mids_of(found):
    return sorted({number_of(mid) for event in found if (mid := getattr(event, "mid", ""))})


def number_of(mid):
    """Return a message id as a number that an index can hold, whatever its length."""
    return int.from_bytes(hashlib.sha256(mid.encode()).digest()[:8], signed=True)
