"""Codes of authenticator apps (TOTP, RFC 6238): six digits for each half minute."""

import base64
import hashlib
import hmac
import io
import secrets
import time
from urllib.parse import quote, urlencode

from django.utils.crypto import constant_time_compare

SECONDS, DIGITS = 30, 6
ISSUER = "Handover"
AROUND = (0, -1, 1)  # steps: clocks differ, and typing takes time


def new_secret():
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret, step):
    """Return the code of this half minute since 1970."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8), hashlib.sha1)
    start = digest[-1] & 0xF
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret, code):
    """Return the half minute, about now, of which this is the code; None if it is of none."""
    now = int(time.time()) // SECONDS
    steps = [now + by for by in AROUND] if secret else []
    return next((step for step in steps if constant_time_compare(code_at(secret, step), code)), None)


def picture(secret, username):
    """Return the QR code that apps read, as an address of data."""
    import qrcode  # late: no worker draws one
    from qrcode.image.svg import SvgPathFillImage

    label = quote(f"{ISSUER}:{username}")
    address = f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"
    file = io.BytesIO()
    qrcode.make(address, image_factory=SvgPathFillImage).save(file)
    return f"data:image/svg+xml;base64,{base64.b64encode(file.getvalue()).decode()}"
