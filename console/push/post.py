"""One POST to a push service: encrypted for one browser (RFC 8291), and signed with our VAPID key (RFC 8292)."""

import json
import threading
import time
from urllib.parse import urlsplit

import http_ece
import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode, b64urlencode

from console.infrastructure import http_deadline
from console.push.services import is_push_service

TIMEOUT = (3.05, 10)  # s, to connect and for the whole answer
SIGNED_FOR = 12 * 3600  # s: push services refuse more than a day, by their own clocks
KEPT_FOR = 3600  # s: a push service keeps the message of a device that is off; later it is no news any more
SERVER_ERROR = 500
GONE = {404, 410}
BUSY = {408, 429}

_connections = threading.local()


class Gone(Exception):
    """The browser has ended its subscription."""


class NotTaken(Exception):
    """The push service does not take the message, and would not take it later."""


class Unanswered(Exception):
    """The push service may take the message later."""


def public_key():
    """Return our public key as a browser wants it, or "" if push is not set up."""
    return b64urlencode(_point(_vapid().public_key)) if settings.VAPID_PRIVATE_KEY else ""


def post(endpoint, p256dh, auth, payload, topic):
    """Send the payload. topic: a later message with the same one takes its place while the device is off.

    No error names the address, because everybody who knows it can reach the device.
    """
    if not is_push_service(endpoint):
        raise Gone
    headers = {"TTL": str(KEPT_FOR), "Urgency": "high", "Topic": topic, "Content-Encoding": "aes128gcm"}
    body = encrypt(json.dumps(payload, ensure_ascii=False).encode(), p256dh, auth)  # push services take 4096 bytes
    options = {"timeout": TIMEOUT, "allow_redirects": False, "stream": True}
    try:
        with _session().post(endpoint, data=body, headers=headers | _signature(endpoint), **options) as answer:
            _check(answer.status_code)
    except (requests.RequestException, OSError) as error:
        raise Unanswered(f"no answer ({type(error).__name__})") from None


def encrypt(content, p256dh, auth):
    """Encrypt for the browser with this public key and this secret."""
    own = ec.generate_private_key(ec.SECP256R1())
    return http_ece.encrypt(
        content, private_key=own, dh=b64urldecode(p256dh.encode()), auth_secret=b64urldecode(auth.encode())
    )


def _check(status):
    if status in GONE:
        raise Gone
    if status in BUSY or status >= SERVER_ERROR:
        raise Unanswered(f"HTTP {status}")
    if not 200 <= status < 300:
        raise NotTaken(f"HTTP {status}")


def _signature(endpoint):
    parts, own = urlsplit(endpoint), urlsplit(settings.PUBLIC_URL).hostname or ""
    contact = f"https://{own}" if "." in own and settings.IS_HTTPS else "https://localhost"  # of a trial
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "sub": contact, "exp": int(time.time()) + SIGNED_FOR}
    return _vapid().sign(claims)


def _vapid():
    return Vapid02.from_raw(settings.VAPID_PRIVATE_KEY.encode())


def _point(key):
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _session():
    """Return this thread's session, which keeps its connections open."""
    if not hasattr(_connections, "session"):
        _connections.session = http_deadline.session()
    return _connections.session
