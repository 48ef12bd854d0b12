"""Write a webhook body as Facebook writes it: a part of one that came, or a new one.

https://developers.facebook.com/docs/messenger-platform/webhooks
"""

import json

from .event import Event
from .thread_control import ThreadPassed, ThreadRequested, ThreadTaken

NOT_IN_STANDBY = (ThreadPassed, ThreadTaken, ThreadRequested)  # only the apps concerned receive them


def serialize(body: dict) -> bytes:
    """Return the bytes that Facebook would send and sign: ASCII, with `\\u00fc` for ü and `\\/` for /."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def serialize_entries(entries: list) -> bytes:
    """Return the body of a webhook about a Page with these entries."""
    return serialize({"object": "page", "entry": entries})


def make_entry(page_id: str, time: int, raw, channel: str = "messaging") -> dict:
    """Return an entry with one raw event. time: ms. channel: messaging, standby, changes or calls."""
    return {"id": page_id, "time": time, channel: [raw]}


def entry_of(event: Event):
    """Return an entry with this event alone, unchanged."""
    if event.channel is None:
        return event.raw
    return make_entry(event.page_id, event.at, event.raw, event.channel)


def standby_entry_of(event: Event) -> dict | None:
    """Return the entry that apps without control of the thread receive; None for an event that they do not receive.

    The payload of a button is only for the app that sent it.
    """
    if event.channel not in ("messaging", "standby") or isinstance(event, NOT_IN_STANDBY):
        return None
    raw = event.raw
    if isinstance(raw, dict) and isinstance(raw.get("postback"), dict):
        raw = raw | {"postback": {name: value for name, value in raw["postback"].items() if name != "payload"}}
    return make_entry(event.page_id, event.at, raw, "standby")
