"""The log of Graph API requests and their answers, without tokens and secrets."""

import re
from collections import deque

CAPACITY = 20_000
MASK = "***"

SECRET_KEYS = {"access_token", "oauth_token", "input_token", "verify_token", "client_secret", "fb_exchange_token"}
# Tokens that the sandbox never gave out: in links, by their usual look, and those of apps (id|secret).
TOKEN_LIKE = re.compile(r"(?<=access_token=)[^&\s]+|(?<=input_token=)[^&\s]+|\bEAA\w{6,}|\b\d{5,}(?:\||%7C)[\w-]+")


class RequestLog:
    """Requests numbered from 1 in the order of their answers, so that a client that asks "since N" misses none."""

    def __init__(self):
        self._entries: deque[dict] = deque(maxlen=CAPACITY)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def keep(self, count: int | None):
        """Keep only the newest `count` entries, at most `CAPACITY`."""
        self._entries = deque(self._entries, maxlen=CAPACITY if count is None else min(count, CAPACITY))

    def record(self, secrets: list[str], **entry):
        self._count += 1
        self._entries.append({"n": self._count} | mask(entry, secrets))

    def since(self, n: int) -> list[dict]:
        return [entry for entry in self._entries if entry["n"] > n]


def mask(value, secrets: list[str]):
    """Return the same JSON with every token and secret in it replaced by `MASK`."""
    if isinstance(value, dict):
        return {key: MASK if key in SECRET_KEYS else mask(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list):
        return [mask(inner, secrets) for inner in value]
    return _mask_text(value, secrets) if isinstance(value, str) else value


def _mask_text(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return TOKEN_LIKE.sub(MASK, text)
