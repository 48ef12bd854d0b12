"""One customer in a webhook body: remove them, or find what it says of them alone. The same for a Page."""

import json

from .coerce import to_dict, to_dicts
from .serialize import serialize

KEPT = ("id", "time")  # fields of an entry that say nothing of a customer


def erase(body: str, psid: str) -> str:
    """Remove every event that names this customer from a webhook body.

    A body that does not name them is returned unchanged, byte for byte.
    """
    parsed = json.loads(body)
    if not _names(parsed, psid):
        return body
    for entry in to_dicts(parsed.get("entry")):
        _erase_from(entry, psid)
    return serialize(parsed).decode()


def about(body: str, psid: str) -> list:
    """Return the events of a webhook body that name this customer, as they came."""
    entries = to_dicts(json.loads(body).get("entry"))
    lists = [value for entry in entries for value in entry.values() if isinstance(value, list)]
    beside = [{name: value for name, value in entry.items() if not isinstance(value, list)} for entry in entries]
    return [raw for raw in [*(raw for value in lists for raw in value), *beside] if _names(raw, psid)]


def without_page(body: str, page_id: str) -> str:
    """Return a webhook body without the entries of a Page; "" if it has no others."""
    parsed = json.loads(body)
    entries = parsed.get("entry")
    parsed["entry"] = [entry for entry in entries if str(to_dict(entry).get("id")) != page_id]
    if len(parsed["entry"]) == len(entries):
        return body
    return serialize(parsed).decode() if parsed["entry"] else ""


def _erase_from(entry, psid):
    for name, value in list(entry.items()):
        if isinstance(value, list):
            entry[name] = [raw for raw in value if not _names(raw, psid)]
    if _names(entry, psid):  # beside the lists, where Facebook puts some events of calls
        for name in entry.keys() - KEPT:
            del entry[name]


def _names(value, psid):
    """Return whether a part of a body has this id in it. Facebook sends ids as strings, and sometimes as numbers.

    However deep the parts are, this needs no more calls.
    """
    parts = [value]
    while parts:
        part = parts.pop()
        if isinstance(part, dict):
            parts += part.values()
        elif isinstance(part, list):
            parts += part
        elif str(part) == psid:
            return True
    return False
