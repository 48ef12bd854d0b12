"""Webhooks that are processed together: their conversations are locked together, and each is read and saved once.

The batch is one transaction. A webhook that fails is processed again with fewer others, and in the end alone: then each
of its events is processed by itself, so that an error in one holds up none of the others. A webhook about a
conversation that somebody has locked for long is put off, and the others pass.
"""

import logging
from contextlib import contextmanager

from django.db import connection, transaction

from console.infrastructure import rows
from console.logs import ids
from console.metrics import counters
from console.models.bot_event.relay import relay
from console.models.conversation import inbound, opening
from console.models.conversation.outcomes import Outcome, OutOfOrder
from personas.resource_shortage import is_resource_shortage

PATIENCE = 4  # attempts, about half a minute, until a reaction no longer waits for its message or the echo
TURN = 5_290_002  # of PostgreSQL's advisory locks
LOCK_TIMEOUT = "1s"  # longer than another batch takes
OUTCOME = ["unknown", "attempts", "error", "processed_at", "next_attempt_at", "is_relayed", "mids"]

logger = logging.getLogger(__name__)


class Batch:
    """Some inbound webhooks, the oldest first."""

    def __init__(self):
        self.webhooks = []
        self.is_undone = False

    def process(self, take):
        """Process the webhooks that `take` returns. It locks their rows.

        Batches take turns in locking conversations: of two batches with events of one customer, the one with earlier
        webhooks comes first.
        """
        turn = _Turn()
        with transaction.atomic():
            try:
                with transaction.atomic():  # after an error, the turn can still be ended in the same transaction
                    turn.begin()
                    self.webhooks = take()
                    if self.webhooks:
                        self._process(turn)
            finally:
                turn.end()

    def __len__(self):
        return len(self.webhooks)

    @property
    def pks(self):
        return [webhook.pk for webhook in self.webhooks]

    def _process(self, turn):
        self._parse()
        try:
            self._process_together(turn)
        except Exception as error:
            if len(self.webhooks) > 1 or is_resource_shortage(error):
                raise
            self._process_apart(*self.webhooks)
        self._save()

    def _parse(self):
        for webhook in self.webhooks:
            webhook.errors.clear()
            with _collecting(webhook.errors):  # another Python may have stored it, which let JSON be deeper
                webhook.parse()

    def _process_together(self, turn):
        with opening.opened([event for webhook in self.webhooks for event in webhook.events]) as conversations:
            turn.end()
            self._put_off(conversations.locked)
            for webhook in self.webhooks:
                processed = [_process(webhook, event, conversations) for event in webhook.events]
                self._finish(webhook, processed)
        for webhook in self.webhooks:
            webhook.is_relayed = True

    def _put_off(self, locked):
        """Put off the webhooks about locked conversations, and those behind them that are about the same customers."""
        late, passing = [], []
        for webhook in self.webhooks:
            about = {opening.participants(event) for event in webhook.events if event.psid}
            (passing if about.isdisjoint(locked) else late).append(webhook)
            locked = locked if about.isdisjoint(locked) else locked | about
        if late:
            self.webhooks = passing
            type(late[0]).objects.filter(pk__in=[webhook.pk for webhook in late]).put_off()

    def _process_apart(self, webhook):
        """Process each event of a webhook by itself, and relay them together."""
        webhook.errors.clear()
        webhook.refresh_from_db(fields=["body"])
        outcomes = [_process_alone(webhook, event) for event in webhook.events]
        with _collecting(webhook.errors):
            with opening.opened(webhook.events) as conversations:
                known = [conversations.of(event) for event in webhook.events]
                self._finish(webhook, list(map(inbound.Processed, webhook.events, known, outcomes)))
            webhook.is_relayed = True

    def _finish(self, webhook, processed):
        """Remove what was unsent from all stored bodies, and relay the events to the Page's bot."""
        unsent = {event.mid for event, _conversation, outcome in processed if outcome is Outcome.UNSENT}
        for mid in unsent:
            for stored in self.webhooks:
                stored.redact(mid)
            type(webhook).objects.exclude(pk__in=self.pks).redact(mid)
        if not webhook.is_relayed:
            _relay(webhook, processed, unsent)

    def _save(self):
        for webhook in self.webhooks:
            webhook.note_attempt()
        failed = sum(bool(webhook.errors) for webhook in self.webhooks)
        counters.add("webhooks_processed", "failed", failed)
        counters.add("webhooks_processed", "processed", len(self.webhooks) - failed)
        logger.info("Webhooks are processed", extra={"fields": {"webhook_ids": self.pks}})
        rows.write(self.webhooks, *OUTCOME)
        rows.write([webhook for webhook in self.webhooks if webhook.is_redacted], "body")


class _Turn:
    """The turn: the right to lock conversations, which one batch at a time has.

    It belongs to the database session, and ends when that dies. It begins and ends in one transaction: pgbouncer may
    give the next transaction another session.
    """

    def __init__(self):
        self.is_ours = False

    def begin(self):
        """Wait for the turn, however long. The batch waits less for any other lock, so that each turn is soon over."""
        _ask("SELECT set_config('lock_timeout', %s, true) FROM pg_advisory_lock(%s)", LOCK_TIMEOUT, TURN)
        self.is_ours = True

    def end(self):
        if self.is_ours:
            self.is_ours = False
            _ask("SELECT pg_advisory_unlock(%s)", TURN)


def _ask(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def _process(webhook, event, conversations):
    try:
        with ids.carrying(webhook_id=webhook.pk):
            return inbound.process(event, conversations, has_waited=webhook.attempts >= PATIENCE)
    except OutOfOrder as error:
        webhook.errors.append(str(error))
        inbound.extend_messaging_window(event, conversations)
        return inbound.Processed(event, conversations.of(event), Outcome.FAILED)


def _process_alone(webhook, event):
    with _collecting(webhook.errors), opening.opened([event]) as conversations:
        return _process(webhook, event, conversations).outcome
    with _collecting(webhook.errors), opening.opened([event]) as conversations:
        inbound.extend_messaging_window(event, conversations)
    return Outcome.FAILED


def _relay(webhook, processed, unsent):
    """Relay the events to bots, once, however often the webhook is processed."""
    # On a second attempt the bots have got nothing yet, and messages of the first attempt are stored already.
    is_first = webhook.attempts == 0
    new = [one for one in processed if not (is_first and one.outcome is Outcome.ALREADY_STORED)]
    kept = [one for one in new if not _has_content_of(one.event, unsent)]
    relay(kept, whole_body=webhook.body if len(kept) == len(processed) else None)


def _has_content_of(event, unsent):
    """Return whether the event has content of one of these messages. The event that unsends a message has none."""
    return getattr(event, "mid", None) in unsent and not getattr(event, "is_deleted", False)


@contextmanager
def _collecting(errors):
    """Collect an error, so that it holds up nothing else."""
    try:
        yield
    except Exception as error:
        if is_resource_shortage(error):  # such as a lost database: nothing was done, and everything is processed again
            raise
        errors.append(f"{type(error).__name__}: {error}".split("\n")[0])  # the rest quotes the row
