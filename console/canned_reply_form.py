"""The form of a canned reply at the desk: its text and files, and who may use it."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.forms import FilesField
from console.infrastructure import uploads
from console.models import CannedFile, CannedReply
from console.shared_form import SharedForm
from console.wording import quick_replies


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=100)

    def words(self):
        return self.cleaned_data["q"].split() if self.is_valid() else []


class CannedReplyForm(SharedForm):
    files = FilesField(label=_("Files"), required=False, error_messages={"empty": _("The file is empty.")})
    removed = forms.ModelMultipleChoiceField(
        None,
        label=_("Remove"),
        required=False,
        error_messages={"invalid_choice": _("A file that you remove is gone already.")},
    )

    class Meta:
        model = CannedReply
        fields = ["shortcut", "folder", "text", "quick_replies"]

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["removed"].queryset = CannedFile.objects.filter(canned_reply=self.instance.pk)

    def clean_text(self):
        return self.cleaned_data["text"].replace("\r\n", "\n")

    def clean_quick_replies(self):
        return quick_replies.cleaned(self.cleaned_data["quick_replies"])

    def clean(self):
        given = super().clean()
        self._check_content(given)
        return given

    def _check_content(self, given):
        if self.errors:
            return
        kept = self.fields["removed"].queryset.count() - len(given["removed"])
        if kept + len(given["files"]) > uploads.MOST_FILES:
            self.add_error("files", gettext("Attach at most %s files.") % uploads.MOST_FILES)
        if given["quick_replies"] and not given["text"]:
            self.add_error("quick_replies", quick_replies.ALONE)
        elif not given["text"] and not kept and not given["files"]:
            self.add_error("text", gettext("Write a text, or attach a file."))

    def save(self, commit=True):
        reply = super().save(commit)
        self.cleaned_data["removed"].discard()
        CannedFile.objects.attach(reply, self.cleaned_data["files"])
        return reply
