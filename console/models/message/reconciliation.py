"""Reconciliation: finding out whether a call without an answer took effect. Until then nothing behind it moves.

An echo usually shows it. If none comes, Facebook's history of the conversation is asked after longer and longer pauses.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.infrastructure import clock, rate_limit
from console.models.message import history
from console.models.message.state import MessageState
from messenger import GraphError
from personas.models.retry import CONSOLE_FAILED, Outcome

FIRST_PAUSE = timedelta(seconds=3)  # mostly an echo comes before
SETTLE = timedelta(seconds=settings.SETTLE_SECONDS)  # a call whose message the history does not show then had no effect
PATIENCE = SETTLE + timedelta(minutes=3)  # then an agent has to decide
MIN_RECONCILIATIONS = 3  # times that Facebook is asked before an agent has to decide
SHORTAGE = _("The console is out of disk space, memory or connections. It continues when they are available again.")
NOT_FOUND_OUT = _("Facebook did not answer, and its history does not show whether it was sent.")


class Reconciliation(MessageState):
    """The part of a Message that finds out whether it has arrived."""

    unknown_since = models.DateTimeField(null=True, editable=False)  # the time of the last call without an answer
    reconciliations = models.PositiveSmallIntegerField(default=0, editable=False)  # since then

    class Meta:
        abstract = True

    def mark_unknown(self, reason):
        """Note that nobody knows whether Facebook has it."""
        until = timezone.now() + FIRST_PAUSE
        lost = {"error": reason, "unknown_since": clock.now(), "reconciliations": 0}
        self.write_outcome(self.State.UNKNOWN, next_attempt_at=until, **lost)
        return self.wait_until(until)

    def reconcile(self):
        """Search Facebook's history, and act on the finding."""
        wait = rate_limit.reserve(self.page_id, rate_limit.HISTORY)
        if self.page.is_slowed or wait > rate_limit.SHORT:
            return self._reconcile_when_page_may_call()
        time.sleep(wait)
        finding = self._search_history()
        self.reconciliations += 1
        age = clock.now() - (self.unknown_since or self.at)
        if finding.mid:
            return self.mark_sent(finding.mid)
        if finding.shows_absence and age >= SETTLE:
            return self._send_again()
        if age >= PATIENCE and self.reconciliations >= MIN_RECONCILIATIONS:
            return self._leave_to_agent()
        return self.reconcile_at(timezone.now() + max(FIRST_PAUSE, min(age, SETTLE - age)))  # each after twice the time

    def reconcile_at(self, until):
        reconciliations = self.reconciliations
        self.write_outcome(self.State.UNKNOWN, next_attempt_at=until, reconciliations=reconciliations)
        return self.wait_until(until)

    def _reconcile_when_page_may_call(self):
        """Begin to count anew: the time in which Facebook could not be asked does not count."""
        self.reconciliations = 0
        now = timezone.now()
        return self.reconcile_at(max(self.page.waits_until or now, now) + FIRST_PAUSE)

    def _search_history(self):
        try:
            return history.search(self)
        except GraphError as error:
            self.page.note_error(error)
            return history.NOTHING

    def _send_again(self):
        """Send the message again, as Facebook does not have it, or fail it: one at which the console itself failed
        would fail again.
        """
        if self.error == SHORTAGE:
            return self.queue_until(timezone.now(), SHORTAGE, attempts=0)
        if self.error == CONSOLE_FAILED or not self.has_attempts_left:
            return self.fail(self.error)
        return self.queue_until(timezone.now())

    def _leave_to_agent(self):
        self.write_outcome(self.State.UNKNOWN, error=NOT_FOUND_OUT, next_attempt_at=None)
        return Outcome.READ_AGAIN
