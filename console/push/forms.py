"""The form by which a browser subscribes itself, and the name of the device in words."""

import re

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.utils.translation import gettext_lazy as _
from py_vapid.utils import b64urldecode

from console.push.models import MOST_ENDPOINT
from console.push.services import is_push_service

SECRET_BYTES = 16
BASE64 = r"^[\w-]+=*$"
BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [
    *[("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS")],
    *[("Macintosh", "macOS"), ("Linux", "Linux")],
]


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


def device_name(user_agent):
    """Return a name such as "Chrome, Android" for a browser, by which agents know their devices, or ""."""
    return ", ".join(filter(None, [browser_of(user_agent), system_of(user_agent)]))


def browser_of(user_agent):
    return _first(BROWSERS, user_agent)


def system_of(user_agent):
    return _first(SYSTEMS, user_agent)


def _first(names, user_agent):
    return next((name for mark, name in names if re.search(rf"\b{mark}\b", user_agent)), "")


def _is_secret(text):
    try:
        return len(b64urldecode(text.encode())) == SECRET_BYTES
    except ValueError:
        return False
