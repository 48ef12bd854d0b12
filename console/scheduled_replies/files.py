"""A file of a scheduled reply. When the reply is sent, its message takes the stored file over."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from console.infrastructure.stored_file import StoredFile, StoredFileQuerySet
from console.models.message.attachment import Attachment
from personas.models import DiscardedFile


class ScheduledFileQuerySet(StoredFileQuerySet):
    def discard(self):
        """Delete the rows, and their files after the commit."""
        DiscardedFile.objects.discard(*self.values_list("file", flat=True))
        self.all().delete()

    def hand_over(self):
        """Delete the rows, and return an unsaved attachment for the file of each."""
        attachments = [Attachment(**stored.copy) for stored in self]
        self.all().delete()
        return attachments


class ScheduledFile(StoredFile):
    scheduled_reply = models.ForeignKey("console.ScheduledReply", models.CASCADE, related_name="files")

    objects: ClassVar[Any] = ScheduledFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a scheduled reply")
        verbose_name_plural = _("files of scheduled replies")
        ordering = ["pk"]

    def __str__(self):
        return self.title
