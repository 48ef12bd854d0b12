"""Prove to Facebook that the caller who holds a token also holds the app's secret.

https://developers.facebook.com/docs/graph-api/guides/secure-requests
"""

import hashlib
import hmac


def appsecret_proof(token: str, secret: str) -> str:
    """Return the `appsecret_proof` parameter of a call with this token: 64 hexadecimal digits."""
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
