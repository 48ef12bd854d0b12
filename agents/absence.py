"""Absence: why an agent is away, who said so, and until when their conversations stay with them meanwhile."""

from datetime import timedelta

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

BACK_IN = [5, 15, 30, 60]  # minutes
NO_ABSENCE = {"away_reason": "", "away_by": "", "back_at": None}


class Reason(models.TextChoices):
    """Reason of an absence, in words that follow the name of the agent. Without one they are away."""

    LUNCH = "lunch", _("at lunch")
    MEETING = "meeting", _("in a meeting")
    OTHER = "other", _("busy elsewhere")
    BACK_SOON = "back-soon", _("back soon")


class Absence(models.Model):
    """The part of an Agent that says why they are away. presence.py writes it."""

    away_reason = models.CharField(
        _("reason"), max_length=9, choices=Reason, blank=True, default="", db_default="", editable=False
    )
    away_by = models.CharField(  # the name of a colleague; empty: they themselves
        _("set by"), max_length=320, blank=True, default="", db_default="", editable=False
    )
    back_at = models.DateTimeField(_("back at"), null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def away_words(self):
        return Reason(self.away_reason).label if self.away_reason else _("away")


class AwayForm(forms.Form):
    """The choices of somebody who says that an agent is away."""

    reason = forms.ChoiceField(choices=Reason, required=False)
    minutes = forms.TypedChoiceField(
        choices=[(minutes, minutes) for minutes in BACK_IN], coerce=int, empty_value=None, required=False
    )

    def clean(self):
        given = super().clean() or {}
        return given | ({"reason": Reason.BACK_SOON} if given.get("minutes") else {})


def absence(reason="", minutes=None, by=""):
    """Return the columns of an absence. minutes: how long their conversations stay with them; None: as rules say."""
    back_at = timezone.now() + timedelta(minutes=minutes) if minutes else None
    return {"away_reason": reason, "away_by": str(by), "back_at": back_at}
