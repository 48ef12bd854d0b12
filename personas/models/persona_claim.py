"""A worker's claim on a persona while it calls Facebook, and the pauses between attempts."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LEASE = timedelta(seconds=45)  # longer than reading Facebook's list and one call after it take
LONGEST_PAUSE = timedelta(minutes=1)


class PersonaClaim(models.Model):
    """The part of a Persona that lets one worker at a time call Facebook."""

    error = models.TextField(_("last error"), blank=True)
    gone_at = models.DateTimeField(_("gone"), null=True, blank=True)
    may_exist = models.BooleanField(default=False, editable=False)  # an attempt to make it never got its answer
    attempts = models.PositiveIntegerField(default=0, editable=False)
    next_attempt_at = models.DateTimeField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_due(self):
        """Return whether the next attempt may be made now."""
        return self.next_attempt_at is None or self.next_attempt_at <= timezone.now()

    @property
    def pause(self):
        """The pause after this attempt: twice as long each time."""
        return min(timedelta(seconds=2**self.attempts), LONGEST_PAUSE)

    @property
    def row(self):
        """This persona as a queryset, for a conditional update."""
        return type(self)._default_manager.filter(pk=self.pk)

    def claim(self):
        """Claim it by a conditional update and return whether that worked. No lock is held while Facebook answers.

        A claim that ran out belonged to a worker that died: its attempt may have taken effect.
        """
        now = timezone.now()
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        in_doubt = models.Case(models.When(leased_until__isnull=False, then=True), default=models.F("may_exist"))
        claimed = self.row.filter(free, gone_at=None).update(
            leased_until=now + LEASE, attempts=models.F("attempts") + 1, may_exist=in_doubt
        )
        self.refresh_from_db()
        return claimed == 1

    def record(self, **fields):
        """Write the outcome of a call, and end the claim."""
        self.row.update(**{"leased_until": None, **fields})
        self.refresh_from_db()
