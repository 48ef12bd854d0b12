"""Coerce a field of Facebook's JSON to a type. None of these functions raises."""

import math
from typing import Any

DEEPEST = 30  # levels of a payload that are kept

SECONDS_BEFORE = 100_000_000_000  # a time below this is in seconds, not in milliseconds


def to_dict(value):
    return value if isinstance(value, dict) else {}


def to_list(value):
    return value if isinstance(value, list) else []


def to_dicts(value):
    return [entry for entry in to_list(value) if isinstance(entry, dict)]


def to_text(value):
    """Drop NUL, which PostgreSQL cannot store, and replace lone surrogates, which cannot be encoded."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def to_texts(value):
    return tuple(to_text(entry) for entry in to_list(value) if to_text(entry))


def to_json(value, depth=0):
    """Return a value that PostgreSQL can store as JSON: no NUL, lone surrogates or infinities, at most 30 levels."""
    if isinstance(value, dict | list) and depth >= DEEPEST:
        return None
    if isinstance(value, dict):
        return {to_text(name): to_json(part, depth + 1) for name, part in value.items()}
    if isinstance(value, list):
        return [to_json(part, depth + 1) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return to_text(value) if isinstance(value, str) else value


def to_flag(value):
    """Return True also for the text "true", as Facebook writes some flags."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def to_id(value):
    """Return an id as text: up to 17 digits, which Facebook sometimes sends as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else to_text(value)


def to_number(value: Any) -> int | float:
    """Return a finite number, also one that came as text; 0 for anything else."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return 0
        value = int(value) if value.is_integer() else value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and -math.inf < value < math.inf else 0


def to_count(value):
    return int(to_number(value))


def to_ms(value):
    """Return a time in ms, also one that came in seconds or as text; 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 18:
        value = int(value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value < 10**14:
        return 0
    return int(value) if value >= SECONDS_BEFORE else int(value) * 1000
