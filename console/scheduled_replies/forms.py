"""The forms of a reply that goes out later: its moment in words, in the time zone of the agent's browser; its files."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from console.forms import MessageForm
from console.infrastructure import uploads
from console.models import ScheduledFile
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
    """A new reply, or one that waits: then its files can be removed, and others added."""

    seen = idempotency_key = template = None
    is_for_silence = forms.BooleanField(label=_("Not if the customer writes before"), required=False)
    removed = forms.ModelMultipleChoiceField(
        None,
        label=_("Remove"),
        required=False,
        error_messages={"invalid_choice": _("A file that you remove is gone already.")},
    )

    def __init__(self, *args, reply=None, **options):
        super().__init__(*args, **options)
        self.fields["removed"].queryset = ScheduledFile.objects.filter(scheduled_reply=reply and reply.pk)

    def clean(self):
        self.kept = self.fields["removed"].queryset.count() - len(self.cleaned_data.get("removed", []))
        if self.kept + len(self.cleaned_data.get("files", [])) > uploads.MOST_FILES:
            self.add_error("files", _now("Attach at most %s files.") % uploads.MOST_FILES)
        return super().clean()

    @property
    def has_content(self):
        return super().has_content or self.kept > 0

    def reply(self):
        """Return the arguments of `send_later`."""
        given = self.cleaned_data
        return {name: given[name] for name in ("text", "is_for_silence", "files")} | {"at": given["when"]}

    def edited(self):
        """Return the arguments of `edit`."""
        return self.reply() | {"removed": self.cleaned_data["removed"]}
