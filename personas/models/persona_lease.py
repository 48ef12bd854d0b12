"""A worker's lease of a persona while it calls Facebook."""

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from personas.models.retry import Leased, Retryable

LEASE = timedelta(seconds=45)  # longer than reading Facebook's list and one call after it take


class PersonaLease(Retryable, Leased):
    """The part of a Persona that lets one worker at a time call Facebook."""

    gone_at = models.DateTimeField(_("deleted on Facebook"), null=True, blank=True)
    may_exist = models.BooleanField(default=False, editable=False)  # an attempt to create it never got its answer

    class Meta:
        abstract = True

    def claim(self):
        """Lease the persona; return whether that worked.

        A lease that ran out was a dead worker's, who may have created it.
        """
        may_exist = models.Case(models.When(leased_until__isnull=False, then=True), default=models.F("may_exist"))
        lease = self.row.filter(gone_at=None).lease(LEASE, attempts=models.F("attempts") + 1, may_exist=may_exist)
        self.refresh_from_db()
        return lease is not None

    def record(self, **fields):
        """Write the outcome of a call, and end the lease."""
        self.row.update(**{"leased_until": None, **fields})
        self.refresh_from_db()
