"""Remove the content of an unsent message from a webhook body."""

import json

from .coerce import to_dict, to_dicts, to_flag
from .serialize import serialize

LISTS = ("messaging", "standby")
CONTENT = ("message", "message_edit", "postback")  # keys of the events that have content under a mid
KEPT = ("mid", "is_echo", "is_deleted")  # fields of an unsend event, none of which is content


def redact(body: str, mid: str) -> str:
    """Replace every event of this body that has content of the message `mid` by an unsend event.

    A body without content of the message is returned unchanged, byte for byte. Raises ValueError if it is not JSON.
    """
    parsed = json.loads(body)
    events = [raw for entry in to_dicts(parsed.get("entry")) for name in LISTS for raw in to_dicts(entry.get(name))]
    changed = [raw for raw in events if _has_content(raw, mid)]
    for raw in changed:
        _empty(raw, mid)
    return serialize(parsed).decode() if changed else body


def _has_content(raw, mid):
    is_bare = to_flag(to_dict(raw.get("message")).get("is_deleted")) and set(raw["message"]) <= set(KEPT)
    return not is_bare and any(to_dict(raw.get(key)).get("mid") == mid for key in CONTENT)


def _empty(raw, mid):
    is_echo = to_flag(to_dict(raw.get("message")).get("is_echo"))
    for key in CONTENT:
        raw.pop(key, None)
    raw["message"] = {"mid": mid, "is_deleted": True} | ({"is_echo": True} if is_echo else {})
