"""A webhook body written as Facebook writes it, where one has to be made anew: a part of another, or one of our own."""

import json

from .event import Event
from .held import ThreadPassed, ThreadRequested, ThreadTaken

ABOUT_CONTROL = (ThreadPassed, ThreadTaken, ThreadRequested)  # told to those whom it concerns, never overheard


def serialise(body: dict) -> bytes:
    """Bytes as Facebook writes and signs them: `\\u00fc` for ü, `\\/` for /."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


def write(entries: list) -> bytes:
    """The body of these entries."""
    return serialise({"object": "page", "entry": entries})


def entry(page_id: str, time: int, raw, channel: str = "messaging") -> dict:
    """One event. channel: messaging, standby, changes or calls: a list into which Facebook puts no second one."""
    return {"id": page_id, "time": time, channel: [raw]}


def entry_of(event: Event):
    """The event by itself, unchanged."""
    if event.channel is None:
        return event.raw
    return entry(event.page_id, event.at, event.raw, event.channel)


def overheard(event: Event) -> dict | None:
    """The event as those hear it who do not hold the thread; None for what they do not hear.

    What a button means is for the app that sent it alone.
    """
    if event.channel not in ("messaging", "standby") or isinstance(event, ABOUT_CONTROL):
        return None
    raw = event.raw
    if isinstance(raw, dict) and isinstance(raw.get("postback"), dict):
        raw = raw | {"postback": {name: value for name, value in raw["postback"].items() if name != "payload"}}
    return entry(event.page_id, event.at, raw, "standby")
