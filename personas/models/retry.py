"""Retry, backoff and lease: the columns and verbs that every outbox has in common.

An outbox is a table whose rows are work to do outside of the console. This module lies on the floor of personas because
their table is one.
"""

import math
import random
from datetime import timedelta
from enum import Enum
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

CONSOLE_FAILED = _("The console failed at this. An admin finds the reason in its log.")


class Outcome(Enum):
    """The outcome of an attempt at one row, for the rows behind it."""

    NEXT = "next"  # the next row may go
    READ_AGAIN = "read again"  # the queue has to be read again: this row may still come before them
    WAIT = "wait"  # the rows behind it wait, and a worker comes back


class ScheduledQuerySet(models.QuerySet):
    def due(self, now=None):
        return self.filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=now or timezone.now()))

    def postpone(self, until, **fields):
        """Postpone the next attempt; return the number of rows that still exist."""
        return self.update(next_attempt_at=until, **fields)

    def make_due(self):
        """Make rows that wait for their next attempt due now."""
        return self.update(next_attempt_at=None)


class Row(models.Model):
    """A row that several workers change."""

    class Meta:
        abstract = True

    @property
    def row(self) -> Any:
        """This row as a queryset, for a conditional update."""
        return type(self)._default_manager.filter(pk=self.pk)


class Scheduled(Row):
    """A row with a time before which nobody attempts it."""

    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_due(self):
        return self.next_attempt_at is None or self.next_attempt_at <= timezone.now()


class Retryable(Scheduled):
    """A row that is attempted again, after longer and longer pauses, until it is done or given up."""

    MAX_ATTEMPTS = math.inf
    LONGEST_PAUSE = timedelta(minutes=1)
    SHORTAGE_PAUSE = timedelta(seconds=15)  # while our own machine is out of something
    JITTER = 0  # the share by which a pause may be shorter or longer, so that attempts spread

    attempts: Any = models.PositiveIntegerField(_("attempts"), default=0, editable=False)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        abstract = True

    @property
    def has_attempts_left(self):
        return self.attempts < self.MAX_ATTEMPTS

    @property
    def backoff(self):
        """The pause before the next attempt: 2 s, 4 s, 8 s … by the number of attempts."""
        seconds = min(2**self.attempts, self.LONGEST_PAUSE.total_seconds())
        return timedelta(seconds=seconds * random.uniform(1 - self.JITTER, 1 + self.JITTER))  # noqa: S311


class LeasedQuerySet(models.QuerySet):
    def free(self, now=None):
        """Filter to rows that no worker has: the lease was given back, or ran out because its worker died."""
        return self.filter(Q(leased_until=None) | Q(leased_until__lt=now or timezone.now()))

    def lease(self, duration, **fields):
        """Lease the row unless another worker has it; return the end of the lease, by which it is known, or None.

        A conditional UPDATE does it: no lock is held while a server outside takes its time.
        """
        leased_until = timezone.now() + duration
        return leased_until if self.free().update(leased_until=leased_until, **fields) else None

    def renew(self, lease, duration):
        """Make our lease longer; return its new end, or None where it ran out and another worker has the row."""
        leased_until = timezone.now() + duration
        return leased_until if self.filter(leased_until=lease).update(leased_until=leased_until) else None

    def give_back(self, lease, **fields):
        """End our lease. Nothing is written where it ran out and another worker has the row."""
        return self.filter(leased_until=lease).update(leased_until=None, **fields)


class Leased(Row):
    """A row that one worker at a time has leased."""

    leased_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True


class OutboxQuerySet(ScheduledQuerySet, LeasedQuerySet):
    """The scopes of an Outbox."""


class Outbox(Retryable, Leased):
    """A row of an outbox that one worker at a time attempts."""

    class Meta:
        abstract = True

    def claim(self, rows, duration):
        """Lease the row for one attempt, if it is among these rows; return whether that worked."""
        self.leased_until = rows.lease(duration, attempts=F("attempts") + 1)
        self.attempts += 1
        return self.leased_until is not None
