"""A webhook body, read into frozen events. Whatever is not understood is Unknown; every event keeps its raw object.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
"""

import json
from dataclasses import dataclass, field
from typing import Any

SECONDS_BEFORE = 100_000_000_000  # a time below this is in seconds, not in milliseconds


@dataclass(frozen=True)
class Event:
    """page_id, psid: digits as text, "" where Facebook gave none. at: ms, 0 where it gave none.
    is_standby: another app holds the thread. raw: the event as it came."""

    page_id: str
    psid: str
    at: int
    is_standby: bool
    raw: Any = field(repr=False)


@dataclass(frozen=True)
class Attachment:
    kind: str  # image, audio, video, file, sticker, fallback, template, location, unsupported, …
    url: str
    title: str


@dataclass(frozen=True)
class Message(Event):
    """Said by the customer."""

    mid: str
    text: str
    attachments: tuple[Attachment, ...]
    payload: str  # of the quick reply that was tapped
    reply_to: str
    is_deleted: bool


@dataclass(frozen=True)
class Echo(Event):
    """Said by the Page: by us, by another app, or by a person in the Page Inbox."""

    mid: str
    text: str
    attachments: tuple[Attachment, ...]
    app_id: str
    metadata: str


@dataclass(frozen=True)
class Postback(Event):
    """A button tapped. Old ones have no mid; in standby there is no payload."""

    mid: str
    title: str
    payload: str


@dataclass(frozen=True)
class Delivery(Event):
    """Everything sent until `watermark` (ms) has reached the customer, and so have `mids`."""

    mids: tuple[str, ...]
    watermark: int


@dataclass(frozen=True)
class Read(Event):
    """Everything sent until `watermark` (ms) has been read."""

    watermark: int


@dataclass(frozen=True)
class Reaction(Event):
    """emoji is "" when the reaction was taken back."""

    mid: str
    emoji: str


@dataclass(frozen=True)
class Edit(Event):
    """The customer changed what they had said."""

    mid: str
    text: str


@dataclass(frozen=True)
class Unknown(Event):
    """Kept and counted, never an error."""


def parse(body: bytes) -> list[Event]:
    """The events of a webhook body in the order in which they stand. ValueError: this is not a Page's webhook."""
    try:
        parsed = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise ValueError("The body is not JSON.") from error
    if not isinstance(parsed, dict) or parsed.get("object") != "page" or not isinstance(parsed.get("entry"), list):
        raise ValueError("The body is not a Page's webhook.")
    return [event for entry in parsed["entry"] for event in _entry(entry)]


def _entry(entry):
    if not isinstance(entry, dict):
        return [_unknown(entry)]
    page_id, time = _id(entry.get("id")), _ms(entry.get("time"))
    events = [
        _event(raw, page_id, time, is_standby=key == "standby")
        for key in ("messaging", "standby")
        for raw in _list(entry.get(key))
    ]
    changes = [Unknown(page_id, "", time, False, raw) for raw in _list(entry.get("changes"))]
    return events + changes or [_unknown(entry, page_id, time)]


def _event(raw, page_id, time, is_standby):
    if not isinstance(raw, dict):
        return _unknown(raw, page_id, time)
    for key, read in _READERS.items():
        if isinstance(raw.get(key), dict):
            inner = raw[key]
            is_echo = key == "message" and inner.get("is_echo") is True
            person = _dict(raw.get("recipient" if is_echo else "sender"))
            at = _ms(raw.get("timestamp")) or time
            return (_echo if is_echo else read)(inner, (page_id, _id(person.get("id")), at, is_standby, raw))
    return Unknown(page_id, _id(_dict(raw.get("sender")).get("id")), _ms(raw.get("timestamp")) or time, is_standby, raw)


def _message(inner, common):
    mid = _text(inner.get("mid"))
    if not mid:
        return Unknown(*common)
    return Message(
        *common,
        mid=mid,
        text=_text(inner.get("text")),
        attachments=_attachments(inner),
        payload=_text(_dict(inner.get("quick_reply")).get("payload")),
        reply_to=_text(_dict(inner.get("reply_to")).get("mid")),
        is_deleted=inner.get("is_deleted") is True,
    )


def _echo(inner, common):
    mid = _text(inner.get("mid"))
    if not mid:
        return Unknown(*common)
    return Echo(
        *common,
        mid=mid,
        text=_text(inner.get("text")),
        attachments=_attachments(inner),
        app_id=_id(inner.get("app_id")),
        metadata=_text(inner.get("metadata")),
    )


def _postback(inner, common):
    return Postback(
        *common, mid=_text(inner.get("mid")), title=_text(inner.get("title")), payload=_text(inner.get("payload"))
    )


def _delivery(inner, common):
    mids = tuple(_text(mid) for mid in _list(inner.get("mids")) if _text(mid))
    return Delivery(*common, mids=mids, watermark=_ms(inner.get("watermark")))


def _read(inner, common):
    return Read(*common, watermark=_ms(inner.get("watermark")))


def _reaction(inner, common):
    emoji = "" if inner.get("action") == "unreact" else _text(inner.get("emoji")) or _text(inner.get("reaction"))
    return Reaction(*common, mid=_text(inner.get("mid")), emoji=emoji)


def _edit(inner, common):
    if not isinstance(inner.get("text"), str):
        return Unknown(*common)
    return Edit(*common, mid=_text(inner.get("mid")), text=_text(inner.get("text")))


_READERS = {
    "message": _message,
    "postback": _postback,
    "delivery": _delivery,
    "read": _read,
    "reaction": _reaction,
    "message_edit": _edit,
}


def _attachments(inner):
    """A shared link may come without payload, or with its title and URL beside it instead of inside."""
    unsupported = (Attachment("unsupported", "", ""),) if inner.get("is_unsupported") is True else ()
    return unsupported + tuple(
        Attachment(
            kind=_text(raw.get("type")) or "unknown",
            url=_text(_dict(raw.get("payload")).get("url")) or _text(raw.get("url")) or _text(raw.get("URL")),
            title=_text(_dict(raw.get("payload")).get("title")) or _text(raw.get("title")),
        )
        for raw in _list(inner.get("attachments"))
        if isinstance(raw, dict)
    )


def _unknown(raw, page_id="", time=0):
    return Unknown(page_id, "", time, False, raw)


def _dict(value):
    return value if isinstance(value, dict) else {}


def _list(value):
    return value if isinstance(value, list) else []


def _text(value):
    """NUL cannot be stored, and a lone surrogate cannot be encoded: neither may lose the rest of a message."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def _id(value):
    """Ids are text of up to 17 digits, sometimes sent as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)


def _ms(value):
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 18:
        value = int(value)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 < value < 10**14:
        return 0
    return int(value) if value >= SECONDS_BEFORE else int(value) * 1000
