"""Read a signed request, by which Facebook says that somebody asks an app to delete what it has of them.

https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
"""

import base64
import hashlib
import hmac
import json

from messenger.events.coerce import to_dict, to_id

ALGORITHM = "HMAC-SHA256"


def read(signed_request: str, secret: str) -> str:
    """Return the app-scoped id of the user who asks. Raises ValueError if Facebook has not signed the request.

    It is not a PSID: a user has one id for each app, and another one for each Page.
    """
    signature, _dot, payload = signed_request.partition(".")
    expected = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    if not secret or not hmac.compare_digest(_decoded(signature), expected):
        raise ValueError("The signature is not Facebook's.")
    found = _parsed(payload)
    user_id = to_id(found.get("user_id"))
    if str(found.get("algorithm")).upper() != ALGORITHM or not user_id:
        raise ValueError("The signed request names no user.")
    return user_id


def sign(user_id: str, issued_at: int, secret: str) -> str:
    """Return the signed request that Facebook would send."""
    content = {"user_id": user_id, "algorithm": ALGORITHM, "issued_at": issued_at}
    payload = _encoded(json.dumps(content, separators=(",", ":")).encode())
    return f"{_encoded(hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest())}.{payload}"


def _parsed(payload):
    try:
        return to_dict(json.loads(_decoded(payload)))
    except RecursionError as error:
        raise ValueError("The signed request is not JSON.") from error


def _decoded(text):
    """Decode base64url without its padding. Raises ValueError for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _encoded(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
