"""The export of a customer: a worker makes an archive, which the one who asked may download for a day."""

import logging
import tempfile
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.pictures import new_path
from console import tasks
from console.privacy.archive import write_archive
from personas.models import DiscardedFile
from personas.models.retry import Scheduled, ScheduledQuerySet

KEPT = timedelta(days=1)
LEASE = timedelta(minutes=15)  # longer than an archive takes
IN_MEMORY = 1024 * 1024  # bytes

logger = logging.getLogger(__name__)


def export_path(export, filename):
    return new_path("exports")


class CustomerExportQuerySet(ScheduledQuerySet):
    def ask(self, customer, by):
        export = self.create(customer=customer, by=by)
        export.make_later()
        return export

    def unmade(self):
        return self.filter(file="")

    def outdated(self):
        return self.filter(asked_at__lt=timezone.now() - KEPT).order_by("pk")

    def make_later(self):
        """Enqueue the exports whose task was lost."""
        for export in self.unmade().due():
            export.make_later()

    def make(self):
        for export in self.select_related("customer__page"):
            export.make()

    @transaction.atomic
    def discard(self):
        """Delete the rows, and their files after the commit; return the number of rows."""
        rows = list(self.select_for_update(skip_locked=True))
        DiscardedFile.objects.discard(*[row.file.name for row in rows])
        return self.model.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]


class CustomerExport(Scheduled):
    customer = models.ForeignKey("console.Customer", models.CASCADE, related_name="exports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    file = models.FileField(upload_to=export_path, blank=True)

    objects: ClassVar[Any] = CustomerExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of a customer")
        verbose_name_plural = _("exports of customers")
        ordering = ["-pk"]
        default_permissions = ()

    def __str__(self):
        return f"{self.pk}"

    @property
    def until(self):
        return self.asked_at + KEPT

    def make_later(self):
        transaction.on_commit(lambda: tasks.make_export.delay(self.pk), robust=True)

    def make(self):
        """Make the archive, unless another worker does. If the export was deleted meanwhile, so is the file."""
        if not self.row.unmade().due().postpone(timezone.now() + LEASE):
            return
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
            write_archive(self.customer, content)
            content.seek(0)
            self.file.save("export", File(content), save=False)
        if not self.row.unmade().update(file=self.file.name):
            DiscardedFile.objects.discard(self.file.name)
        logger.info("Export %s of customer %s is made for agent %s", self.pk, self.customer_id, self.by_id)
