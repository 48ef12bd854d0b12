"""One webhook body as it came, stored before anything else happens. A worker processes it."""

import hashlib
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.infrastructure import wake_up
from console.models.bot_event.relay import relay
from console.models.conversation import inbound
from console.models.conversation.outcomes import Outcome, Premature
from messenger import events
from personas.models.retry import Retryable, ScheduledQuerySet
from personas.resource_shortage import is_resource_shortage

PATIENCE = 4  # attempts, about half a minute, until a reaction no longer waits for its message
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

    def due(self):
        return super().due().unprocessed().filter(attempts__lt=MAX_ATTEMPTS)

    def process(self):
        """Process all that is due, unless a thread of this process does so already.

        Look once more after leaving: a webhook that came in that instant, and found the thread busy, would wait for
        the sweep.
        """
        empty_rounds = 0  # webhooks that another worker is processing are due too, and not for us
        while empty_rounds < 2 and _processing.acquire(blocking=False):
            empty_rounds += 1
            try:
                while self._process_next():
                    empty_rounds = 0
            finally:
                _processing.release()
            if not self.due().exists():
                return

    def redact(self, mid):
        """Remove the content of an unsent message from the stored bodies.

        A webhook that another worker is processing is skipped: that worker finds the message unsent as soon as it gets
        the conversation's lock, and removes the content itself.
        """
        for inbound_webhook in self.filter(mids__contains=[number_of(mid)]).select_for_update(skip_locked=True):
            self.filter(pk=inbound_webhook.pk).update(body=events.redact(inbound_webhook.body, mid))

    def _process_next(self):
        """Process the next webhook; return whether there was one.

        Its row is locked meanwhile: a worker that dies gives it back at once.
        """
        inbound_webhook = None
        try:
            with transaction.atomic():
                inbound_webhook = self.due().select_for_update(skip_locked=True).order_by("pk").first()
                if inbound_webhook:
                    inbound_webhook.process()
        except (MemoryError, OSError, RuntimeError) as error:
            if inbound_webhook is None or not is_resource_shortage(error):
                raise
            # The others may fit.
            self.filter(pk=inbound_webhook.pk).postpone(timezone.now() + InboundWebhook.SHORTAGE_PAUSE)
        return inbound_webhook is not None


class InboundWebhook(Retryable):
    LONGEST_PAUSE = timedelta(minutes=10)

    body = models.TextField(_("body"))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    unknown = models.PositiveIntegerField(_("unknown events"), default=0)
    is_relayed = models.BooleanField(default=False, editable=False)
    mids = ArrayField(models.BigIntegerField(), default=list, db_default=[], editable=False)  # number_of each message

    objects: ClassVar[Any] = InboundWebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("inbound webhook")
        verbose_name_plural = _("inbound webhooks")
        indexes = [
            models.Index(fields=["id"], condition=Q(processed_at=None, attempts__lt=MAX_ATTEMPTS), name="webhook_due"),
            GinIndex(fields=["mids"], name="webhook_mids"),
        ]

    def __str__(self):
        return f"{self.pk}"

    def requeue(self):
        """Requeue this webhook for processing. Idempotent: messages already stored are skipped."""
        self.processed_at, self.attempts, self.next_attempt_at, self.error = None, 0, None, ""
        self.save()
        transaction.on_commit(wake_up.wake_processor, robust=True)

    def process(self):
        """Process each event, and relay it to the Page's bot. An event that fails holds up none of the others.

        Events are sorted by customer: two workers that lock several conversations then never wait for each other.
        """
        errors: list[str] = []
        found: list[Any] = []
        with _collecting(errors):  # another Python may have stored it, which let JSON be deeper
            found = sorted(events.parse(self.body.encode()), key=lambda event: event.psid or "")
        self.mids = sorted({number_of(event.mid) for event in found if getattr(event, "mid", "")})
        self.unknown = sum(isinstance(event, events.Unknown) for event in found)
        processed: list[Any] = [self._process_event(event, errors) for event in found]
        unsent = {event.mid for event, _conversation, outcome in processed if outcome is Outcome.UNSENT}
        with _collecting(errors):
            self._redact(unsent)
        with _collecting(errors):
            self._relay(processed, unsent)
        self._save_outcome(errors, has_other_body=bool(unsent))

    def _process_event(self, event, errors):
        with _collecting(errors):
            return inbound.process(event, has_waited=self.attempts >= PATIENCE)
        with _collecting(errors):
            inbound.extend_messaging_window(event)
        return inbound.Processed(event, None, Outcome.FAILED)

    def _redact(self, mids):
        for mid in mids:
            self.body = events.redact(self.body, mid)
            InboundWebhook.objects.exclude(pk=self.pk).redact(mid)

    def _relay(self, processed, unsent):
        """Relay the events to bots, once, however often the webhook is processed."""
        if self.is_relayed:
            return
        # On a second attempt the bots have got nothing yet, and messages of the first attempt are stored already.
        is_first = self.attempts == 0
        new = [one for one in processed if not (is_first and one.outcome is Outcome.ALREADY_STORED)]
        kept = [one for one in new if not _has_content_of(one.event, unsent)]
        relay(kept, whole_body=self.body if len(kept) == len(processed) else None)
        self.is_relayed = True

    def _save_outcome(self, errors, has_other_body):
        self.attempts += 1
        self.error = "\n".join(errors)
        self.processed_at = None if errors else timezone.now()
        self.next_attempt_at = timezone.now() + self.backoff
        outcome = ["unknown", "attempts", "error", "processed_at", "next_attempt_at", "is_relayed", "mids"]
        self.save(update_fields=[*outcome, "body"] if has_other_body else outcome)


@contextmanager
def _collecting(errors):
    """Do all of it or nothing, and collect the error: what fails holds up nothing else."""
    try:
        with transaction.atomic():
            yield
    except Premature as early:
        errors.append(str(early))
    except Exception as error:
        if is_resource_shortage(error):  # the database went away, say: nothing is done, and all is processed again
            raise
        errors.append(f"{type(error).__name__}: {error}".split("\n")[0])  # the rest quotes the row


def number_of(mid):
    """Return a message id as a number that an index can hold, whatever its length."""
    return int.from_bytes(hashlib.sha256(mid.encode()).digest()[:8], signed=True)


def _has_content_of(event, unsent):
    """Return whether the event has the content of one of these messages: the event that unsends one has none."""
    return getattr(event, "mid", None) in unsent and not getattr(event, "is_deleted", False)
