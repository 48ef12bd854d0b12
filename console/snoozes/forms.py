"""The form of a snooze: its moment in words, in the time zone of the browser."""

import re
from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.forms import SeenForm
from console.scheduled_replies.forms import MomentForm

# "when 2 h of the window are left"
WINDOW_LEFT = re.compile(r"\b(\d{1,3})\s*(?:h|hours?|std|stunden?)\b.*\b(?:window|fenster)", re.IGNORECASE)
NO_WINDOW = _("Facebook sets no end for replies here: write a moment, such as “tomorrow 9:00”.")
TOO_LATE = _("So little of the messaging window is left already: choose another moment.")


class SnoozeForm(MomentForm, SeenForm):
    """The form of a snooze. Without a moment, it lasts until the customer writes.

    conversation: None checks the words alone, which may mean another moment for each conversation.
    """

    def __init__(self, conversation, *args, **options):
        super().__init__(*args, **options)
        self.conversation = conversation
        self.fields["when"].required = False

    def clean_when(self):
        words = self.cleaned_data["when"].strip()
        if found := WINDOW_LEFT.search(words):
            return self.conversation and self._before_end_of_window(timedelta(hours=int(found[1])))
        return super().clean_when() if words else None

    def _before_end_of_window(self, left):
        end = self.conversation.answerable_until
        if end is None:
            raise forms.ValidationError(NO_WINDOW)
        if end - left <= timezone.now():
            raise forms.ValidationError(TOO_LATE)
        return end - left
