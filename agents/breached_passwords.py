"""Refuse passwords that are known from a breach of another service. No password and no hash leaves the console.

The list is a local file: SHA-1 hashes in order, one at the beginning of each line, as Have I Been Pwned offers it
("ordered by hash", 40 GB). It is searched on the disk, in some forty reads.
"""

import hashlib
import os
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

DIGITS = 40  # of a SHA-1 hash
HASH = re.compile(rb"[0-9A-F]{40}")
MOST_OF_LINE = 100  # bytes
SAMPLES = 100  # lines


class BreachedPasswordValidator:
    def __init__(self, path):
        self.path = path

    def validate(self, password, user=None):
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()
        if is_in_order(self.path, digest.upper().encode()):
            raise ValidationError(self._sentence, code="password_breached")

    def get_help_text(self):
        return _("Your password cannot be one that is known from a breach of another service.")

    @property
    def _sentence(self):
        return _("This password is known from a breach of another service: choose another one.")


def is_list(path):
    """Return whether some lines of a file are hashes in order: in a file of another order, no password is found."""
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as lines:
            found = [_line_after(lines, size * number // SAMPLES)[:DIGITS].upper() for number in range(SAMPLES)]
    except OSError:
        return False
    hashes = [line for line in found if line]
    return bool(hashes) and all(map(HASH.fullmatch, hashes)) and hashes == sorted(hashes)


def is_in_order(path, wanted):
    """Return whether a line of a file in order begins with these digits."""
    low, high = 0, os.path.getsize(path)
    with open(path, "rb") as lines:
        while low < high:
            middle = (low + high) // 2
            found = _line_after(lines, middle)[:DIGITS].upper()
            if found == wanted:
                return True
            low, high = (middle + 1, high) if found and found < wanted else (low, middle)
    return False


def _line_after(lines, place):
    """Return the first line that begins behind this place, or the first line of all."""
    lines.seek(place)
    if place:
        lines.readline(MOST_OF_LINE)
    return lines.readline(MOST_OF_LINE)
