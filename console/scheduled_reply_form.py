"""The forms of a reply that goes out later: its moment in words, in the time zone of the agent's browser."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.forms import MessageForm
from console.wording.moments import moment_of, zone_of

NO_MOMENT = _("Write a moment, such as “tomorrow 9:00” or “in 2 hours”.")
OVER = _("This moment is over: choose a later one.")


class MomentForm(forms.Form):
    when = forms.CharField(label=_("When"), max_length=100, error_messages={"required": NO_MOMENT})
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    @property
    def zone(self):
        return zone_of(self["time_zone"].value())

    def clean_when(self):
        at = moment_of(self.cleaned_data["when"], self.zone)
        if at is None:
            raise forms.ValidationError(NO_MOMENT)
        if at <= timezone.now():
            raise forms.ValidationError(OVER)
        return at


class ScheduledReplyForm(MomentForm, MessageForm):
    files = seen = idempotency_key = None
    is_for_silence = forms.BooleanField(label=_("Not if the customer writes before"), required=False)

    def reply(self):
        """Return the arguments of `send_later` and `edit`."""
        given = self.cleaned_data
        return {"text": given["text"], "at": given["when"], "is_for_silence": given["is_for_silence"]}
