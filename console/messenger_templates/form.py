"""The form by which agents save a template: its name, who may use it, and its picture or video."""

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from console.forms import FilesField
from console.infrastructure import uploads
from console.messenger_templates.limits import problems_of
from console.messenger_templates.models import SavedFile, SavedTemplate
from console.messenger_templates.validation import check_kinds_for
from console.shared_form import OnceForm


class SavedTemplateForm(OnceForm):
    files = FilesField(label=_("Picture or video"), required=False)

    class Meta:
        model = SavedTemplate
        fields = ["name"]

    def clean(self):
        given, template = super().clean(), self.instance.payload
        if problems := problems_of(template):
            raise forms.ValidationError(problems)
        kinds = [uploads.kind_of(file) for file in given.get("files", [])]
        is_kept = self.instance.pk and template["template_type"] == "media"
        check_kinds_for(template, kinds or ([file.kind for file in self.instance.files.all()] if is_kept else []))
        return given

    @property
    def problems(self):
        """Return sentences that say what is wrong with the form, with the names of the fields."""
        fields = ((self[name].label, found) for name, found in self.errors.items() if name in self.fields)
        return [*self.non_field_errors(), *(f"{label}: {problem}" for label, found in fields for problem in found)]

    def save(self, commit=True):
        """Save the template with the chosen file, or with its own. Neither a lock nor a transaction may be held."""
        with SavedFile.objects.storing(self.cleaned_data["files"]) as stored, transaction.atomic():
            saved = super().save(commit)
            if stored or saved.payload["template_type"] != "media":
                saved.files.discard()
            saved.files.add(*stored, bulk=False)
        return saved
