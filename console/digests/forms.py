"""The form in which an agent chooses their digest."""

from django import forms

from console.digests.models import Digest


class DigestForm(forms.ModelForm):
    class Meta:
        model = Digest
        fields = ["every", "has_words"]
