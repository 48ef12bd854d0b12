"""The form by which agents save a template: its name, and who may use it."""

from console.messenger_templates.models import SavedTemplate
from console.shared_form import SharedForm


class SavedTemplateForm(SharedForm):
    class Meta:
        model = SavedTemplate
        fields = ["name"]

    @property
    def problems(self):
        """Return what is wrong with it, in sentences that name the field."""
        return [f"{self[name].label}: {problem}" for name, found in self.errors.items() for problem in found]
