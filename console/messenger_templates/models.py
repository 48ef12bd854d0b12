"""A saved template: cards and buttons that agents keep under a name to send them again, with a picture or video."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from console.infrastructure.stored_file import StoredFile, StoredFileQuerySet
from console.models.shared import Shared, SharedQuerySet
from personas.models import DiscardedFile

MOST = 50  # in the list; the search finds the rest


class SavedTemplateQuerySet(SharedQuerySet):
    def usable(self, agent, conversation):
        return self.visible_to(agent).on(conversation.page)

    def search(self, words):
        """Filter to templates that have each of these words in their name."""
        found = self
        for word in words:
            found = found.filter(name__icontains=word)
        return found

    def discard(self):
        """Delete the templates, and their files after the commit."""
        for saved in self:
            saved.files.discard()
        self.delete()

    def for_list(self):
        """Return the rows of the list in the dialog, and one more if there are more."""
        return self.select_related("team", "page").defer("page__token", "payload")[: MOST + 1]


class SavedTemplate(Shared):
    files: Any

    name = models.CharField(_("name"), max_length=60)
    payload = models.JSONField(_("template"))  # as Facebook takes it
    idempotency_key = models.UUIDField(default=uuid.uuid4, editable=False)  # of the form that made it

    objects: ClassVar[Any] = SavedTemplateQuerySet.as_manager()

    class Meta(Shared.Meta):
        default_related_name = "saved_templates"
        verbose_name = _("saved template")
        verbose_name_plural = _("saved templates")
        ordering = ["name", "pk"]
        constraints = [
            *Shared.Meta.constraints,
            models.UniqueConstraint(fields=["author", "idempotency_key"], name="one_saved_template_per_form"),
        ]

    def __str__(self):
        return self.name


class SavedFileQuerySet(StoredFileQuerySet):
    def discard(self):
        """Delete the rows, and their files after the commit."""
        DiscardedFile.objects.discard(*self.values_list("file", flat=True))
        self.all().delete()


class SavedFile(StoredFile):
    saved_template = models.ForeignKey(SavedTemplate, models.CASCADE, related_name="files")

    objects: ClassVar[Any] = SavedFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a saved template")
        verbose_name_plural = _("files of saved templates")

    def __str__(self):
        return self.title
