"""A file of a canned reply. It is stored once; a reply that is sent with it gets a copy, as of any file."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.pictures import new_path
from personas.models import DiscardedFile


def file_path(canned_file, filename):
    return new_path("canned-files")


class CannedFileQuerySet(models.QuerySet):
    def attach(self, reply, files):
        """Store these files, and attach them to the canned reply. Neither a lock nor a transaction may be held."""
        for file in files:
            attached = self.model(canned_reply=reply, title=file.name, size=file.size)
            attached.file.save("file", file, save=False)
            try:
                attached.save()
            finally:
                if not attached.pk:
                    DiscardedFile.objects.discard(attached.file.name)

    def discard(self):
        """Delete the rows, and their files after the commit."""
        DiscardedFile.objects.discard(*self.values_list("file", flat=True))
        self.all().delete()


class CannedFile(models.Model):
    canned_reply = models.ForeignKey("console.CannedReply", models.CASCADE, related_name="files")
    title = models.TextField(_("name"))
    size = models.PositiveIntegerField(_("bytes"))
    file = models.FileField(_("file"), upload_to=file_path)

    objects: ClassVar[Any] = CannedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a canned reply")
        verbose_name_plural = _("files of canned replies")
        ordering = ["pk"]

    def __str__(self):
        return self.title
