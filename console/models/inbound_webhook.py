"""One webhook body as it came, stored before anything else happens."""

import hashlib
import threading
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.infrastructure import wake_up
from console.models.bot_event.bot_event import WORDS, BotEvent
from console.models.conversation.conversation import Conversation
from console.models.conversation.corrections import Heard, NotHereYet
from console.models.customer import Customer
from console.models.handover_rules import HandoverRules
from console.models.holder import Holder
from messenger import events
from personas.models import Page
from personas.models.retry import Retryable, ScheduledQuerySet
from personas.resource_shortage import is_resource_shortage

PATIENCE = 4  # attempts, about half a minute, for a message that a reaction may have overtaken
MAX_ATTEMPTS = 12  # then it waits for an admin's "Read again"; with the pauses below about an hour
ABOUT_KNOWN = (events.Delivery, events.Read)
STORE = """
INSERT INTO console_inboundwebhook (body, digest, received_at, unknown, error, attempts, is_relayed)
SELECT body, digest, now(), 0, '', 0, false FROM unnest(%s::text[], %s::text[]) AS given (body, digest)
ON CONFLICT (digest) DO NOTHING
"""

# One reader keeps its process busy; a second would only contend for the processor, and with typing beside it.
_reading = threading.Lock()


class InboundWebhookQuerySet(ScheduledQuerySet):
    def store(self, *bodies):
        """Keep verified bodies, each once, by one INSERT; reading them is a worker's job."""
        digests = [hashlib.sha256(body).hexdigest() for body in bodies]
        with connection.cursor() as cursor:
            cursor.execute(STORE, [[body.decode() for body in bodies], digests])
        transaction.on_commit(wake_up.wake_reader, robust=True)

    def unread(self):
        return self.filter(processed_at=None)

    def due(self):
        return super().due().unread().filter(attempts__lt=MAX_ATTEMPTS)

    def process(self):
        """Read whatever is due, unless somebody in this process does already.

        They look once more after leaving: what came in that instant, and found them busy, would wait for the sweep.
        """
        empty_rounds = 0  # what a reader elsewhere has in its hands is due too, and not for us
        while empty_rounds < 2 and _reading.acquire(blocking=False):
            empty_rounds += 1
            try:
                while self._process_next():
                    empty_rounds = 0
            finally:
                _reading.release()
            if not self.due().exists():
                return

    def holding(self, mid):
        """Those with the content of this message, but for what another reader has in its hands.

        That reader finds the message unsent once it gets the conversation's lock, and forgets it itself.
        """
        return self.filter(mids__contains=[number_of(mid)]).select_for_update(skip_locked=True)

    def forget(self, mid):
        """Take the content of an unsent message out of the stored bodies."""
        for inbound_webhook in self.holding(mid):
            self.filter(pk=inbound_webhook.pk).update(body=events.redact(inbound_webhook.body, mid))

    def _process_next(self):
        """Whether there was one. Its row is locked while it is read: a reader that dies lets go of it at once."""
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
    processed_at = models.DateTimeField(_("read"), null=True, blank=True)
    unknown = models.PositiveIntegerField(_("unknown events"), default=0)
    is_relayed = models.BooleanField(default=False, editable=False)
    mids = ArrayField(models.BigIntegerField(), default=list, db_default=[], editable=False)  # number_of each message

    objects = InboundWebhookQuerySet.as_manager()

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
        """An admin's wish, whatever became of it before. What is there already stays one."""
        self.processed_at, self.attempts, self.next_attempt_at, self.error = None, 0, None, ""
        self.save()
        transaction.on_commit(wake_up.wake_reader, robust=True)

    def process(self):
        """Make each event true in its conversation. One that fails holds up none of the others.

        Conversations in the order of their people: two readers that lock several then never wait for each other.
        """
        problems, told, self.unknown, self.unsent = [], [], 0, set()
        with _noting(problems):  # what another Python took, with other limits to how deep JSON may be
            told = sorted(events.parse(self.body.encode()), key=lambda event: event.psid or "")
        self.mids = sorted({number_of(event.mid) for event in told if getattr(event, "mid", "")})
        heard = [news for event in told if (news := self._hear(event, problems))]
        heard = [news for news in heard if self._may_be_kept(news[0])]
        with _noting(problems):
            self._pass_on(heard, is_all=len(heard) == len(told))
        self._note(problems)

    def _hear(self, event, problems):
        """(event, its conversation), or nothing for what was there already. No conversation where it concerns none, or
        where it failed: one that it began is gone again."""
        with _noting(problems):
            _tell_page(event)
            conversation = _conversation(event)
            heard = (
                Heard.NEWS if conversation is None else conversation.receive(event, is_last=self.attempts >= PATIENCE)
            )
            if heard is Heard.UNSENT:
                self._forget(event.mid)
            self.unknown += isinstance(event, events.Unknown)
            # Read again because the bots could not be told, it holds what was there before.
            return (event, conversation) if heard is not Heard.KNOWN or self.attempts else None
        with _noting(problems):
            _open_window(event)
        return event, None

    def _forget(self, mid):
        self.unsent.add(mid)
        self.body = events.redact(self.body, mid)
        InboundWebhook.objects.exclude(pk=self.pk).forget(mid)

    def _may_be_kept(self, event):
        """Return whether it says nothing that was unsent: an unsend event itself says nothing at all."""
        return getattr(event, "mid", None) not in self.unsent or getattr(event, "is_deleted", False)

    def _pass_on(self, heard, is_all):
        """To the bots, once: however often it is read again."""
        if not self.is_relayed:
            BotEvent.objects.relay(self, heard, is_all)
            self.is_relayed = True

    def _note(self, problems):
        self.attempts += 1
        self.error = "\n".join(problems)
        self.processed_at = None if problems else timezone.now()
        self.next_attempt_at = timezone.now() + self.backoff
        changed = ["body"] if self.unsent else []
        outcome = ["unknown", "attempts", "error", "processed_at", "next_attempt_at", "is_relayed", "mids"]
        self.save(update_fields=outcome + changed)


@contextmanager
def _noting(problems):
    """All of it or nothing, and what fails stops nothing else."""
    try:
        with transaction.atomic():
            yield
    except NotHereYet as early:
        problems.append(str(early))
    except Exception as error:
        if is_resource_shortage(error):  # the database went away, say: nothing of this is done, and it is read again
            raise
        problems.append(f"{type(error).__name__}: {error}".split("\n")[0])  # the rest quotes the row


def number_of(mid):
    """A message id as a number that an index can hold, whatever its length."""
    return int.from_bytes(hashlib.sha256(mid.encode()).digest()[:8], signed=True)


def _conversation(event):
    """The one that it concerns; None where it concerns none, or what was said before we were there."""
    if not isinstance(event, Conversation.HEARD) or not event.psid:
        return None
    return _known_conversation(event) or _begin_conversation(event)


def _tell_page(event):
    """What is about the Page itself."""
    pages = Page.objects.filter(page_id=event.page_id)
    if isinstance(event, events.Policy):
        for page in pages:
            page.note_policy(event.action, event.reason, event.at)
    elif isinstance(event, events.Integrity):
        for page in pages:
            page.note_integrity(event.status, event.details, event.at)


def _open_window(event):
    """Who reacts to a message that we never had has done something all the same."""
    if isinstance(event, events.Reaction) and (conversation := _known_conversation(event)):
        conversation.hear_of(event)


def _known_conversation(event):
    """By its key alone: taking the lock loads the rest."""
    known = Conversation.objects.filter(page__page_id=event.page_id, customer__psid=event.psid)
    found = known.values_list("pk", "customer", "customer__next_attempt_at").first()
    if found is None:
        return None
    pk, customer, next_attempt_at = found
    if isinstance(event, WORDS):
        Customer(pk=customer, next_attempt_at=next_attempt_at).fetch_profile_again()
    return Conversation(pk=pk)


def _begin_conversation(event):
    page = Page.objects.filter(page_id=event.page_id).first()
    if page is None:
        raise NotHereYet(f"The Page {event.page_id} is not connected.")
    if isinstance(event, ABOUT_KNOWN):
        return None
    customer = Customer.objects.meet(page, event.psid)
    # It is the customer's first word that opens it: without one it waits for nobody.
    holder = Holder.BOT if HandoverRules.of(page).has_bot else Holder.QUEUE
    begun = {"page": page, "holder": holder, "closed_at": timezone.now()}
    return Conversation.objects.get_or_create(customer=customer, defaults=begun)[0]
