"""Preferences of an agent for their own desk."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UndoSeconds(models.IntegerChoices):
    NONE = 0, _("off")
    FIVE = 5, _("5 seconds")
    TEN = 10, _("10 seconds")


class Preferences(models.Model):
    """The part of an Agent that is for themselves."""

    undo_seconds = models.PositiveSmallIntegerField(
        _("undo Send"),
        choices=UndoSeconds,
        default=UndoSeconds.FIVE,
        help_text=_("How long a reply waits in the browser after Send, so that it can be taken back."),
    )

    class Meta:
        abstract = True

    @property
    def undo_choices(self):
        return UndoSeconds.choices

    def choose_undo_seconds(self, seconds):
        self.undo_seconds = UndoSeconds(seconds)
        self.save(update_fields=["undo_seconds"])
