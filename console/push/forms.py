"""The form by which a browser subscribes itself."""

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.utils.translation import gettext_lazy as _
from py_vapid.utils import b64urldecode

from console.push.models import MOST_ENDPOINT
from console.push.services import is_push_service

SECRET_BYTES = 16
BASE64 = r"^[\w-]+=*$"


class SubscriptionForm(forms.Form):
    endpoint = forms.CharField(max_length=MOST_ENDPOINT)
    p256dh = forms.RegexField(BASE64, max_length=100)
    auth = forms.RegexField(BASE64, max_length=30)

    def clean_endpoint(self):
        endpoint = self.cleaned_data["endpoint"]
        if not is_push_service(endpoint):
            raise forms.ValidationError(
                _("Notifications of this browser go by a server that the console does not know.")
            )
        return endpoint

    def clean_p256dh(self):
        key = self.cleaned_data["p256dh"]
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b64urldecode(key.encode()))
        except ValueError as error:
            raise forms.ValidationError(_("The browser's key is not valid.")) from error
        return key

    def clean_auth(self):
        secret = self.cleaned_data["auth"]
        if not _is_secret(secret):
            raise forms.ValidationError(_("The browser's key is not valid."))
        return secret


def _is_secret(text):
    try:
        return len(b64urldecode(text.encode())) == SECRET_BYTES
    except ValueError:
        return False
