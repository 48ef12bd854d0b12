"""A conversation's lane: its replies go out one by one, in the order of Send, whatever happens to workers."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Q
from django.utils import timezone

from console import tasks

LEASE = timedelta(seconds=3 * settings.GRAPH_TIMEOUT)
CALL = timedelta(seconds=2 * settings.GRAPH_TIMEOUT)  # a call ends well within: connecting, and Facebook's answer
AT_ONCE = 20  # messages read by one query
SOON = 60  # s; what has to wait longer is found by the sweep, for the broker keeps what is late in mind for all workers


def free():
    """Rows at which no worker is."""
    return Q(leased_until=None) | Q(leased_until__lt=timezone.now())


class Lane:
    """The part of a Conversation that sends."""

    def deliver_later(self, seconds=0, **options):
        if seconds < SOON:
            deliver = tasks.deliver.apply_async
            transaction.on_commit(lambda: deliver([self.pk], countdown=seconds, **options), robust=True)

    def deliver(self):
        """Send what is pending, in order. Only one worker at a time gets past the lease.

        It looks once more after giving the lease back: what was written in that instant would wait for the sweep.
        """
        while self._lease():
            try:
                is_over = self._drain()
            finally:
                self._end_lease()
            if not is_over:
                return

    def keep_lease(self, long_enough=CALL):
        """Whether the lane is ours for one more call. Not when the lease ran out and another worker may have it."""
        if self._leased_until - timezone.now() > long_enough:
            return True
        return self._lease_where(Q(leased_until=self._leased_until), lease=max(LEASE, long_enough))

    def _drain(self):
        """False when the first in line has to wait; who made it wait has seen to it that somebody comes back."""
        while pending := self._next_pending():
            for message in pending:
                if not message.deliver():
                    return False
                if message.ends_round:
                    break
        return True

    def _next_pending(self):
        """Messages, and what Facebook has to be told of holders, in the order in which they came to be.

        Read once the lease is ours. What an echo changes meanwhile, the claim of each message bot_events.
        """
        messages = list(self.messages.pending().select_related("author")[:AT_ONCE])
        for message in messages:
            message.conversation, message.page = self, self.page
        handovers = list(self.handovers.pending()[:AT_ONCE])
        for handover in handovers:
            handover.conversation = self
        return sorted([*messages, *handovers], key=lambda pending: pending.place)[:AT_ONCE]

    def _lease(self):
        """Claim by a conditional update: no lock is held while Facebook answers."""
        self.faces = {}  # under which its authors speak, looked up once for all that is pending
        pending = Exists(self.messages.pending().order_by()) | Exists(self.handovers.pending().order_by())
        return self._lease_where(free(), pending)

    def _lease_where(self, *conditions, lease=LEASE):
        until = timezone.now() + lease
        is_ours = self._rows().filter(*conditions).update(leased_until=until) == 1
        if is_ours:
            self._leased_until = until
        return is_ours

    def _end_lease(self):
        self._rows().filter(leased_until=self._leased_until).update(leased_until=None)

    def _rows(self):
        return type(self).objects.filter(pk=self.pk)
