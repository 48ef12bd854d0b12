from django import forms
from django.utils.translation import gettext_lazy as _

from messenger.client import MAX_TEXT, utf16_length


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Message"), error_messages={"required": _("Write something first.")}, widget=forms.Textarea
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_text(self):
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        if utf16_length(text) > MAX_TEXT:
            raise forms.ValidationError(
                _("Facebook takes %(most)s characters at most; this has %(length)s."),
                params={"most": MAX_TEXT, "length": utf16_length(text)},
            )
        return text
