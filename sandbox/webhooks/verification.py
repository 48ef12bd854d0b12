"""Verification of a webhook's URL with a challenge, as Facebook does it.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

import asyncio
import secrets

import requests

from .delivery import TIMEOUT_S


async def verify_callback(url: str, verify_token: str) -> str | None:
    """Ask the app to confirm the URL; return what is wrong, None when it confirmed."""
    return await asyncio.to_thread(_verify_callback, url, verify_token)


def _verify_callback(url: str, verify_token: str) -> str | None:
    challenge = str(secrets.randbelow(10**10))
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
    try:
        answer = requests.get(url, params=query, timeout=TIMEOUT_S, allow_redirects=False)
    except (requests.RequestException, ValueError):
        return "no answer"
    if answer.status_code != 200:
        return f"HTTP Status Code = {answer.status_code}"
    return None if answer.text == challenge else "the challenge did not come back"
