"""The forms of a scheduled reply: its content, and its moment in words, in the time zone of the browser."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.forms import FilesField, MessageForm, SeenForm
from console.infrastructure import uploads
from console.messenger_templates import payloads
from console.messenger_templates.limits import problems_of
from console.messenger_templates.validation import check_kinds_for
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


class LaterForm(MomentForm, SeenForm):
    """The moment of a new or a waiting reply. A moment that is not changed stays: an hour in autumn comes twice."""

    is_for_silence = forms.BooleanField(label=_("Not if the customer writes before"), required=False)

    def __init__(self, *args, reply=None, **options):
        super().__init__(*args, **options)
        self.before = reply and reply.at

    def clean_when(self):
        at = super().clean_when()
        return self.before if self.before and self._clock(at) == self._clock(self.before) else at

    def _clock(self, at):
        """Return what the clock shows at this moment, to the minute."""
        return at.astimezone(self.zone).replace(tzinfo=None, second=0, microsecond=0)


class ScheduledReplyForm(LaterForm, MessageForm):
    """The form of a new or a waiting reply. Files of a waiting reply can be removed, and others added."""

    idempotency_key = template = None
    removed = forms.ModelMultipleChoiceField(
        None,
        label=_("Remove"),
        required=False,
        error_messages={"invalid_choice": _("A file that you remove is gone already.")},
    )

    def __init__(self, *args, reply=None, **options):
        super().__init__(*args, reply=reply, **options)
        self.fields["removed"].queryset = ScheduledFile.objects.filter(scheduled_reply=reply and reply.pk)

    def clean(self):
        self.kept = self.fields["removed"].queryset.count() - len(self.cleaned_data.get("removed", []))
        if self.kept + len(self.cleaned_data.get("files", [])) > uploads.MOST_FILES:
            self.add_error("files", gettext("Attach at most %s files.") % uploads.MOST_FILES)
        return super().clean()

    @property
    def has_content(self):
        return super().has_content or self.kept > 0

    def reply(self):
        """Return the arguments of `send_later`."""
        given = self.cleaned_data
        names = ("text", "quick_replies", "is_for_silence", "seen", "files")
        return {name: given[name] for name in names} | {"at": given["when"]}

    def edited(self):
        """Return the arguments of `edit`."""
        return self.reply() | {"removed": self.cleaned_data["removed"]}


class ScheduledTemplateForm(LaterForm):
    """The form of a text with buttons, or of cards. A picture or video stays until another one is chosen."""

    files = FilesField(label=_("Picture or video"), required=False)

    def __init__(self, *args, reply=None, **options):
        super().__init__(*args, reply=reply, **options)
        self.kept = list(reply.files.all()) if reply else []
        self.template = payloads.from_form(self.data) if self.is_bound else reply.template if reply else {}

    def clean(self):
        given = super().clean()
        if problems := problems_of(self.template):
            raise forms.ValidationError(problems)
        kinds = [uploads.kind_of(file) for file in given.get("files", [])]
        check_kinds_for(self.template, kinds or [file.kind for file in self._stays()])
        return given

    def _stays(self):
        return self.kept if self.template["template_type"] == "media" else []

    def reply(self):
        given = self.cleaned_data
        names = ("is_for_silence", "seen", "files")
        return {name: given[name] for name in names} | {"text": "", "template": self.template, "at": given["when"]}

    def edited(self):
        stays = [] if self.cleaned_data["files"] else self._stays()
        return self.reply() | {"removed": [file for file in self.kept if file not in stays]}
