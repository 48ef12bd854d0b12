"""Fields of a payload as Facebook sent it, where anything may be of another type than documented."""

import math

SPOKEN = ("title", "subtitle", "text")


def as_number(value):
    try:
        number = None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):  # the last for an integer of hundreds of digits
        return None
    return number if number is not None and math.isfinite(number) else None


def as_text(value):
    return value if isinstance(value, str) else ""


def as_dict(value):
    return value if isinstance(value, dict) else {}


def as_dicts(value):
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def spoken_words(payload):
    """Yield the texts of a payload that people read, such as those on cards. SPOKEN of indexing.py finds the same."""
    waiting = [payload]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield from (text for name in SPOKEN if (text := as_text(value.get(name))))
        waiting += reversed(value) if isinstance(value, list) else as_dict(value).values()
