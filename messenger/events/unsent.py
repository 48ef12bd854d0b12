"""A webhook body without the content of a message that was unsent."""

import json

from .fields import to_dict, to_dicts, to_flag
from .written import serialise

LISTS = ("messaging", "standby")
CONTENT = ("message", "message_edit", "postback")  # keys of the events that carry words under a mid
KEPT = ("mid", "is_echo", "is_deleted")  # fields of an unsend event, none of which is content


def forget(body: str, mid: str) -> str:
    """Turn every event of this body that has the message's content into an unsend event.

    A body that holds no content of the message comes back unchanged, byte for byte.
    """
    parsed = json.loads(body)
    events = [raw for entry in to_dicts(parsed.get("entry")) for name in LISTS for raw in to_dicts(entry.get(name))]
    changed = [raw for raw in events if _has_content(raw, mid)]
    for raw in changed:
        _empty(raw, mid)
    return serialise(parsed).decode() if changed else body


def _has_content(raw, mid):
    is_bare = to_flag(to_dict(raw.get("message")).get("is_deleted")) and set(raw["message"]) <= set(KEPT)
    return not is_bare and any(to_dict(raw.get(key)).get("mid") == mid for key in CONTENT)


def _empty(raw, mid):
    is_echo = to_flag(to_dict(raw.get("message")).get("is_echo"))
    for key in CONTENT:
        raw.pop(key, None)
    raw["message"] = {"mid": mid, "is_deleted": True} | ({"is_echo": True} if is_echo else {})
