"""Fields of a payload as Facebook sent it, where anything may be of another type than documented."""

import math


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
