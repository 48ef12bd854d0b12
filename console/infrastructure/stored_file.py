"""A file that an agent sends, in our storage: of a message, or of a scheduled reply."""

import hashlib
from contextlib import contextmanager

from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.pictures import new_path
from console.infrastructure import uploads
from messenger.media_types import sniff_file
from personas.models import DiscardedFile


def file_path(stored_file, filename):
    return new_path("attachments")


class StoredFileQuerySet(models.QuerySet):
    @contextmanager
    def storing(self, files):
        """Store files that an agent sends, and yield an unsaved row for each.

        Files whose row is not saved are discarded.

        No lock may be held: the storage may be far away. Our copy stays: the thread shows it, and a retry sends it
        again.
        """
        stored = []
        try:
            for file in files:
                stored.append(self.model(kind=uploads.kind_of(file), title=file.name, digest=_digest(file)))
                stored[-1].store(file)
            yield stored
        finally:
            saved = self.filter(pk__in=[one.pk for one in stored if one.pk]).in_bulk()
            if unsaved := [one.file.name for one in stored if one.pk not in saved]:
                DiscardedFile.objects.discard(*unsaved)


class StoredFile(models.Model):
    kind = models.CharField(_("kind"), max_length=40)
    title = models.TextField(_("title"), blank=True)
    file = models.FileField(_("file"), upload_to=file_path, blank=True)
    media_type = models.TextField(
        default="", db_default="", editable=False
    )  # of our copy; empty without one, or when it is gone
    size = models.PositiveIntegerField(null=True, editable=False)  # of our copy, in bytes

    digest = models.CharField(max_length=64, default="", db_default="", editable=False)  # SHA-256 of one that we send

    class Meta:
        abstract = True

    def store(self, content):
        """Store our copy. The row is not saved."""
        self.media_type, self.size = sniff_file(content), content.size
        self.file.save("file", content, save=False)

    @property
    def copy(self):
        """Return the columns of our copy, for the row that takes the file over."""
        return {name: getattr(self, name) for name in ("kind", "title", "media_type", "size", "digest")} | {
            "file": self.file.name
        }


def _digest(file):
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()
