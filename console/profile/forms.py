"""The forms of an agent's own profile: who customers see, and the password."""

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from agents.names import in_one_line
from agents.saving import SavesPasswordAlone
from personas.models import DiscardedFile


class ProfileForm(forms.ModelForm):
    class Meta:
        model = Agent
        fields = ["first_name", "last_name", "picture"]
        widgets = {
            "first_name": forms.TextInput({"autocomplete": "given-name"}),
            "last_name": forms.TextInput({"autocomplete": "family-name"}),
        }

    def clean_first_name(self):
        """Refuse an empty name: customers would see the username."""
        name = in_one_line(self.cleaned_data["first_name"])
        if not name:
            raise ValidationError(_("Customers need a first name to see."))
        return name

    def save(self, commit=True):
        """Save the changed columns alone: another tab may have saved others. The file is stored before."""
        if "picture" in self.changed_data:
            self._store(self.instance.picture)
        with transaction.atomic():
            known = Agent.objects.select_for_update().only("picture").get(pk=self.instance.pk)
            self.instance.save(update_fields=self.changed_data)
            if "picture" in self.changed_data:
                DiscardedFile.objects.discard(known.picture.name)
        return self.instance

    def _store(self, picture):
        if picture:
            picture.save(picture.name, picture.file, save=False)


class PasswordForm(SavesPasswordAlone, PasswordChangeForm):
    """Django's form. Wrong guesses of the old password count as failed log-ins."""

    def __init__(self, request, *args):
        super().__init__(request.user, *args)
        self.request = request
        if not self.is_bound:  # the page begins above
            del self.fields["old_password"].widget.attrs["autofocus"]

    def clean_old_password(self):
        password = self.cleaned_data["old_password"]
        if not authenticate(self.request, username=self.user.get_username(), password=password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return password
