"""Signatures that Facebook puts on webhooks and asks for on calls.

https://developers.facebook.com/docs/messenger-platform/webhooks
"""

import hashlib
import hmac


def sign(body: bytes, secret: str) -> str:
    """The `X-Hub-Signature-256` header of a webhook body, over its raw bytes."""
    return "sha256=" + _hex(body, secret, hashlib.sha256)


def sign_sha1(body: bytes, secret: str) -> str:
    """The old `X-Hub-Signature` header, which Facebook still sends and many bots still check."""
    return "sha1=" + _hex(body, secret, hashlib.sha1)


def verify(body: bytes, header: str, secret: str) -> bool:
    """Whether `header` is the SHA-256 signature of exactly these bytes. Never true without a secret."""
    return bool(secret) and hmac.compare_digest(sign(body, secret).encode(), header.encode())


def appsecret_proof(token: str, secret: str) -> str:
    """Proof that the caller of a Graph method also holds the app secret."""
    return _hex(token.encode(), secret, hashlib.sha256)


def _hex(content: bytes, secret: str, digest) -> str:
    return hmac.new(secret.encode(), content, digest).hexdigest()
