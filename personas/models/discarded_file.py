"""Discarded files: stored files that nothing uses any more. The storage may not answer when they are to be deleted."""

import logging
from datetime import timedelta
from typing import Any, ClassVar

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.utils import timezone

from personas.models.retry import Retryable, ScheduledQuerySet

SWEEP_BATCH = 100
PAUSE = timedelta(minutes=1)  # longer than the deletion after the commit takes

logger = logging.getLogger(__name__)


def later():
    return timezone.now() + PAUSE


class DiscardedFileQuerySet(ScheduledQuerySet):
    def discard(self, *names):
        """Delete these files after the commit; if that fails, the sweep repeats it."""
        rows = self.bulk_create(self.model(name=name) for name in names if name)
        if rows:
            transaction.on_commit(lambda: [row.delete_file() for row in rows], robust=True)

    def delete_files(self):
        for row in self.due().order_by("next_attempt_at")[:SWEEP_BATCH]:
            row.delete_file()


class DiscardedFile(Retryable):
    LONGEST_PAUSE = timedelta(hours=1)

    name = models.TextField()
    next_attempt_at = models.DateTimeField(default=later, db_index=True, editable=False)

    objects: ClassVar[Any] = DiscardedFileQuerySet.as_manager()

    def __str__(self):
        return self.name

    def delete_file(self):
        try:
            default_storage.delete(self.name)
        except OSError as error:
            logger.warning("%s could not be deleted yet: %s", self.name, error)
            self.attempts += 1
            self.row.postpone(timezone.now() + self.backoff, attempts=self.attempts)
        else:
            self.delete()
