from django import forms
from django.utils.translation import gettext_lazy as _

from messenger.client import utf16_length

MOST_TEXT = 20_000  # UTF-16 units in one reply, which then goes out in some ten messages


class MessageForm(forms.Form):
    text = forms.CharField(
        label=_("Message"), error_messages={"required": _("Write something first.")}, widget=forms.Textarea
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def clean_text(self):
        text = self.cleaned_data["text"].replace("\r\n", "\n")
        if utf16_length(text) > MOST_TEXT:
            raise forms.ValidationError(
                _("A reply has %(most)s characters at most; this one has %(length)s. Send it in two."),
                params={"most": MOST_TEXT, "length": utf16_length(text)},
            )
        return text
