"""Sign and verify webhook bodies, as Facebook does with the app's secret.

https://developers.facebook.com/docs/messenger-platform/webhooks#validate-payloads
"""

import hashlib
import hmac


def sign(body: bytes, secret: str) -> str:
    """Return the `X-Hub-Signature-256` header for these raw bytes: "sha256=" and 64 hexadecimal digits."""
    return "sha256=" + _hex(body, secret, hashlib.sha256)


def sign_sha1(body: bytes, secret: str) -> str:
    """Return the older `X-Hub-Signature` header: "sha1=" and 40 digits. Facebook still sends it, many bots check it."""
    return "sha1=" + _hex(body, secret, hashlib.sha1)


def verify(body: bytes, header: str, secret: str) -> bool:
    """Return whether `header` is the SHA-256 signature of exactly these bytes. Always False with an empty secret.

    Pass the body as it came: JSON that was parsed and written again has other bytes. The comparison takes constant
    time.
    """
    return bool(secret) and hmac.compare_digest(sign(body, secret).encode(), header.encode())


def _hex(content: bytes, secret: str, digest) -> str:
    return hmac.new(secret.encode(), content, digest).hexdigest()
