"""Delivery of bot events: at least once, in the order of their queue.

Each conversation has a queue for each kind of event.

Queues are independent: a bot that is slow in one conversation answers the others. Only the oldest event of a queue may
go. A conditional UPDATE leases it: nothing is locked while the bot answers.
"""

import logging
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from console import tasks
from console.infrastructure import thread_pool
from console.logs import ids
from console.models.bot_event.post import TIMEOUT, NoConnection, NotTaken, post
from console.models.handover_rules import HandoverRules
from console.models.send_queue import SOON
from messenger import webhook_signature
from personas.models.retry import Outbox, OutboxQuerySet, Outcome
from personas.resource_shortage import is_resource_shortage

SWEEP_EVERY = 10  # s
LEASE = timedelta(seconds=3 * TIMEOUT)  # a worker that takes longer is dead
PAUSES = (0.2, 1, 2, 4, 8)  # s; the first is for a connection that was closed just then
RETRIES_OF_RECEIPTS = 1  # and retries of other events to which nobody expects an answer
EVENT_LASTS = timedelta(seconds=20)  # with these pauses; a bot that never answers gets four attempts in this time
OUTAGE_LASTS = timedelta(minutes=5)  # for which events without words are kept for a bot that is down
HOLDER_LASTS = timedelta(days=1)
THREAD_PAUSE = 1  # s, where the bot keeps enough threads busy

logger = logging.getLogger(__name__)


class BotEventDeliveryQuerySet(OutboxQuerySet):
    def first_of_queues(self):
        """Filter to the oldest event of each queue: only that one may go."""
        queues = self.order_by("page_id", "conversation_id", "kind", "pk")
        return self.filter(pk__in=queues.distinct("page_id", "conversation_id", "kind").values("pk"))

    def deliver_later(self):
        """Enqueue all deliveries that are due, for the sweep and for a bot that is no longer down."""
        for bot_event in self.first_of_queues().free().due():
            bot_event.deliver_later(expires=SWEEP_EVERY)

    def deliver(self):
        """Deliver the events that still exist: another worker may have delivered some."""
        for bot_event in self:
            bot_event.deliver()

    def for_delivery(self):
        """Leave out the token, which would be decrypted for every bot event."""
        return self.select_related("page__rules").defer("page__token")


class BotEventDelivery(Outbox):
    """The part of a BotEvent that delivers it."""

    LONGEST_PAUSE = timedelta(hours=1)
    SHORTAGE_PAUSE = timedelta(seconds=5)

    class Meta:
        abstract = True

    # The columns of a BotEvent that its delivery reads.
    Kind: Any
    objects: ClassVar[Any]
    page: Any
    page_id: int
    conversation: Any
    conversation_id: int | None
    kind: Any
    body: Any
    has_words: Any
    created_at: Any

    def deliver_later(self, seconds=0, **options):
        if seconds < SOON:
            deliver = tasks.deliver_bot_event.apply_async
            transaction.on_commit(lambda: deliver([self.pk], countdown=seconds, **options), robust=True)

    def deliver(self):
        """Deliver the events of its queue that may go now, the oldest first."""
        with thread_pool.share(self.page_id) as is_free:
            if is_free:
                self._deliver_from(self._next())
            else:
                self.deliver_later(THREAD_PAUSE)

    def deliver_in_thread(self):
        """Deliver the event in a thread of this process, which leased it when it was written, and not by the broker."""
        if not thread_pool.submit(self.page_id, lambda: self._deliver_from(self)):
            self.row.update(leased_until=None, attempts=0)
            self.deliver_later()

    def _deliver_from(self, bot_event):
        while bot_event and bot_event._attempt_logged() is Outcome.NEXT:
            bot_event = bot_event._next()

    def _next(self):
        """Lease and return the oldest event of the queue; None if it has to wait, or another worker has leased it.

        A worker that finds it leased may stop: the other one looks for the next event after deleting this one.
        """
        oldest = self.queue.for_delivery().order_by("pk").first()
        return oldest if oldest and oldest.claim(oldest.row.due(), LEASE) else None

    @property
    def queue(self):
        return type(self).objects.filter(page=self.page_id, conversation=self.conversation_id, kind=self.kind)

    @property
    def is_event(self):
        return self.kind == self.Kind.EVENT

    @property
    def rules(self):
        return HandoverRules.of(self.page)

    @property
    def backoff(self):
        return timedelta(seconds=PAUSES[self.attempts - 1]) if self.is_event else super().backoff

    def _attempt_logged(self):
        with ids.carrying(bot_event_id=self.pk, conversation_id=self.conversation_id, page_id=self.page_id):
            return self._attempt()

    def _attempt(self):
        address = self.rules.webhook_url if self.is_event else self.rules.holder_url
        if not address:  # the address was removed meanwhile
            return self._end()
        if self.is_event and not self.rules.may_ask_bot():
            return self._wait_for_bot()
        try:
            body = self.body.encode()
            post(address, body, self._signed(body))
        except NotTaken as refusal:
            if is_resource_shortage(refusal) and self._age < OUTAGE_LASTS:  # no fault of the bot's
                return self._postpone(self.SHORTAGE_PAUSE, str(refusal), attempts=F("attempts") - 1)
            return self._not_taken(refusal)
        return self._taken()

    def _signed(self, body):
        """Sign as Facebook does: a bot cannot tell the two apart. The other address has a secret of its own."""
        if self.is_event:
            secret = settings.FACEBOOK_APP_SECRET
            return {
                "User-Agent": "facebookexternalua",
                "X-Hub-Signature": webhook_signature.sign_sha1(body, secret),
                "X-Hub-Signature-256": webhook_signature.sign(body, secret),
            }
        secret = self.rules.holder_secret
        return {"X-Handover-Signature-256": webhook_signature.sign(body, secret)} if secret else {}

    # The bot's answer

    def _taken(self):
        self._end()
        logger.info("The bot event is delivered")
        if self.is_event and self.rules.note_bot_success(self.has_words):
            waiting = self.page.bot_events.filter(kind=self.Kind.EVENT)
            waiting.make_due()
            waiting.deliver_later()
        return Outcome.NEXT

    def _not_taken(self, refusal):
        error, is_anybodys = str(refusal), self.has_words or isinstance(refusal, NoConnection)
        if self._may_try_again(is_anybodys):
            return self._postpone(self.backoff, error)
        logger.warning("A bot of %s did not accept %s in %s attempts: %s", self.page, self, self.attempts, error)
        if self.row.exists():  # neither taken from the bot meanwhile, nor delivered by another worker
            self._give_up(error, is_anybodys)
        return self._end()  # last: if this worker dies before, another gives the event up

    @property
    def _age(self):
        return timezone.now() - self.created_at

    def _may_try_again(self, is_anybodys):
        """Return whether there is another attempt.

        A refused receipt is given up soon, so that the events behind it follow.
        """
        if not self.is_event:
            return self._age < HOLDER_LASTS
        most = len(PAUSES) if is_anybodys else RETRIES_OF_RECEIPTS
        return self.rules.bot_down_until is None and self.attempts <= most and self._age < EVENT_LASTS

    def _give_up(self, error, is_anybodys):
        """Give up this event. If the bot is down, hand over all conversations that wait for it."""
        if not self.is_event or not is_anybodys:
            return self.rules.note_error(error)
        is_down = self.rules.note_bot_failure(error)
        self._leave_bot(error)
        if is_down:
            self.page.conversations.hand_over_unanswered(error)

    def _wait_for_bot(self):
        """Hand over the conversation if its customer waits for the bot, which is down; else postpone the event."""
        error = self.rules.bot_error
        if self._age > OUTAGE_LASTS or self._leave_bot(error):
            return self._end()
        down = max(timedelta(seconds=1), self.rules.bot_down_until - timezone.now())
        return self._postpone(down, error, attempts=F("attempts") - 1)

    def _leave_bot(self, error):
        return self.conversation is not None and self.conversation.hand_over_unanswered(error)

    def _postpone(self, pause, error, **fields):
        until = timezone.now() + pause
        self.row.give_back(self.leased_until, next_attempt_at=until, error=error, **fields)
        self.deliver_later(pause.total_seconds())
        return Outcome.WAIT

    def _end(self):
        self.row.delete()
        return Outcome.NEXT
