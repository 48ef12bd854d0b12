"""What was asked of the Graph API and what it answered, without the secrets."""

import re
from collections import deque

KEPT = 20_000
MASK = "***"

SECRET_KEYS = {"access_token", "oauth_token", "input_token", "verify_token", "client_secret", "fb_exchange_token"}
# Tokens we never gave out: in links, by their usual look, and those of apps (id|secret).
TOKEN_LIKE = re.compile(r"(?<=access_token=)[^&\s]+|(?<=input_token=)[^&\s]+|\bEAA\w{6,}|\b\d{5,}(?:\||%7C)[\w-]+")


class Journal:
    """Numbered from 1 in the order of the answers, so that whoever asks "since N" misses none."""

    def __init__(self):
        self._notes: deque[dict] = deque(maxlen=KEPT)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def keep(self, count: int | None):
        """No more than the newest `count`, as far as there is room for them."""
        self._notes = deque(self._notes, maxlen=KEPT if count is None else min(count, KEPT))

    def note(self, secrets: list[str], **note):
        self._count += 1
        self._notes.append({"n": self._count} | mask(note, secrets))

    def since(self, n: int) -> list[dict]:
        return [note for note in self._notes if note["n"] > n]


def mask(value, secrets: list[str]):
    """The same JSON with every token and secret in it made unreadable, wherever it stands."""
    if isinstance(value, dict):
        return {key: MASK if key in SECRET_KEYS else mask(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list):
        return [mask(inner, secrets) for inner in value]
    return _mask_text(value, secrets) if isinstance(value, str) else value


def _mask_text(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return TOKEN_LIKE.sub(MASK, text)
