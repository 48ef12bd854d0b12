"""A conversation's send queue: its messages go out one by one, in the order of Send, whatever happens to workers."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists
from django.utils import timezone
from django.utils.functional import cached_property

from console import tasks
from personas.models.retry import Outcome

LEASE = timedelta(seconds=3 * settings.GRAPH_TIMEOUT)
CALL = timedelta(seconds=2 * settings.GRAPH_TIMEOUT)  # within which a call ends: connecting, and the answer
READ_TOGETHER = 20  # messages read by one query
SOON = 60  # s; the sweep finds messages that wait longer, because delayed tasks occupy the memory of all workers


class SendQueue:
    """All that one conversation has to send: messages, and calls that tell Facebook of a change of holder."""

    def __init__(self, conversation):
        self.conversation = conversation
        self._lease: Any = None
        self._personas = {}  # by author, looked up once for all that is pending

    def deliver_later(self, seconds=0, **options):
        if seconds < SOON:
            deliver = tasks.deliver.apply_async
            transaction.on_commit(lambda: deliver([self.conversation.pk], countdown=seconds, **options), robust=True)

    def deliver(self):
        """Send pending messages in order. The lease admits one worker at a time.

        Look once more after giving the lease back: a message that was queued in that instant would wait for the sweep.
        """
        while self.lease():
            try:
                outcome = self._drain()
            finally:
                self.give_back()
            if outcome is Outcome.WAIT:
                return

    def lease(self):
        """Lease the queue if anything is pending and no other worker has it; return whether it is ours."""
        self._personas = {}
        pending = Exists(self._messages.order_by()) | Exists(self._handovers.order_by())
        self._lease = self._row.filter(pending).lease(LEASE)
        return self._lease is not None

    def keep(self, call=CALL):
        """Keep the lease for one more call; return False where it ran out and another worker may have the queue."""
        if self._lease - timezone.now() > call:
            return True
        renewed = self._row.renew(self._lease, max(LEASE, call))
        self._lease = renewed or self._lease
        return renewed is not None

    def give_back(self):
        self._row.give_back(self._lease)

    def next_pending(self):
        """Return the messages and handovers that wait, in the order in which they came to be.

        They are read under the lease. What an echo changes meanwhile, the claim of each message notices.
        """
        messages = list(self._messages.select_related("author").prefetch_related("attachments")[:READ_TOGETHER])
        for message in messages:
            message.conversation, message.page = self.conversation, self.conversation.page
        handovers = list(self._handovers[:READ_TOGETHER])
        for handover in handovers:
            handover.conversation = self.conversation
        return sorted([*messages, *handovers], key=lambda pending: pending.place)[:READ_TOGETHER]

    def persona_of(self, author):
        """Return the persona under which an author speaks; None is the bot. One that Facebook lacks is published."""
        persona = self._personas.get(author)
        if persona is None:
            page = self.conversation.page
            persona = self._personas[author] = page.personas.for_agent(author, page)
            persona.publish()
        return persona

    def forget_personas(self):
        """Look them up again: Facebook may have lost one."""
        self._personas.clear()

    @cached_property
    def _row(self):
        return self.conversation.row

    @cached_property
    def _messages(self):
        return self.conversation.messages.pending()

    @cached_property
    def _handovers(self):
        return self.conversation.handovers.pending()

    def _drain(self):
        """Deliver until nothing is pending, or the first in line has to wait."""
        while pending := self.next_pending():
            if self._deliver_in_turn(pending) is Outcome.WAIT:
                return Outcome.WAIT
        return Outcome.NEXT

    def _deliver_in_turn(self, pending):
        for row in pending:
            outcome = row.deliver()
            if outcome is not Outcome.NEXT:
                return outcome
        return Outcome.READ_AGAIN
