"""The kinds of custom fields, and what each accepts."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MOST_TEXT = 500  # characters
MOST_DIGITS = 20
PLACE = "{}"  # of the value in a link


class Kind(models.TextChoices):
    TEXT = "text", gettext_lazy("text")
    NUMBER = "number", gettext_lazy("number")
    CHOICE = "choice", gettext_lazy("choice")
    DATE = "date", gettext_lazy("date")
    LINK = "link", gettext_lazy("link")


def cleaned(field, text):
    """Return the value as it is stored; raise ValidationError with a sentence if the value is not valid."""
    text = forms.CharField(required=False, max_length=MOST_TEXT).clean(text)
    return CLEANERS[field.kind](field, text) if text else ""


def _text(field, text):
    return text


def _number(field, text):
    invalid = _("Enter a number, such as 12 or 12.5.")
    options = {"error_messages": {"invalid": invalid}, "max_digits": MOST_DIGITS}
    return f"{forms.DecimalField(**options).clean(text):f}"


def _choice(field, text):
    if text not in field.offered:
        raise ValidationError(_("Choose one of these: %(choices)s."), params={"choices": ", ".join(field.offered)})
    return text


def _date(field, text):
    date = forms.DateField(input_formats=["%Y-%m-%d"], error_messages={"invalid": _("Enter a date as 2026-11-29.")})
    return date.clean(text).isoformat()


CLEANERS = {Kind.TEXT: _text, Kind.NUMBER: _number, Kind.CHOICE: _choice, Kind.DATE: _date, Kind.LINK: _text}
