"""What was said, either way, and what became of it.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages
"""

from dataclasses import dataclass, field
from typing import Any

from .event import Event
from .fields import to_count, to_dict, to_dicts, to_flag, to_id, to_ms, to_text, to_texts


@dataclass(frozen=True)
class Attachment:
    kind: str  # image, audio, video, file, sticker, fallback, template, location, unsupported, …
    url: str
    title: str
    sticker_id: str = ""
    payload: Any = field(default=None, repr=False, compare=False)  # as it came: coordinates, products, a booking

    @classmethod
    def read_all(cls, message: dict) -> "tuple[Attachment, ...]":
        """The id of a sticker stood beside the attachments once."""
        unsupported = (cls("unsupported", "", ""),) if to_flag(message.get("is_unsupported")) else ()
        sticker_id = to_id(message.get("sticker_id"))
        return unsupported + tuple(cls._read(raw, sticker_id) for raw in to_dicts(message.get("attachments")))

    @classmethod
    def _read(cls, raw, sticker_id):
        """A shared link may come without payload, or with its title and URL beside it instead of inside."""
        payload = to_dict(raw.get("payload"))
        return cls(
            kind=to_text(raw.get("type")) or "unknown",
            url=to_text(payload.get("url")) or to_text(raw.get("url")) or to_text(raw.get("URL")),
            title=to_text(payload.get("title")) or to_text(raw.get("title")),
            sticker_id=to_id(payload.get("sticker_id")) or sticker_id,
            payload=raw.get("payload"),
        )


@dataclass(frozen=True)
class Answer:
    """One question of a form, answered."""

    screen: str
    question: str
    kind: str  # csat, nps, ces, free_form; "" in forms that ask for facts
    payload: str
    follow_up: str = ""


@dataclass(frozen=True)
class Ref:
    """How somebody came into the conversation: by a link, an ad, a shop's product."""

    ref: str  # our own word, put into the link
    source: str  # SHORTLINK, ADS, …
    kind: str  # OPEN_THREAD, LEAD_COMPLETE, …
    ad_id: str
    product_id: str
    referer_uri: str
    ad_title: str = ""
    answers: tuple[Answer, ...] = ()  # to the form of a lead ad

    @classmethod
    def read(cls, raw) -> "Ref | None":
        if not isinstance(raw, dict):
            return None
        ad = to_dict(raw.get("ads_context_data"))
        product = to_dict(raw.get("product")).get("id") or ad.get("product_id")
        answers = to_dicts(to_dict(raw.get("lead")).get("data"))
        return cls(
            ref=to_text(raw.get("ref")),
            source=to_text(raw.get("source")),
            kind=to_text(raw.get("type")),
            ad_id=to_id(raw.get("ad_id")),
            product_id=to_id(product),
            referer_uri=to_text(raw.get("referer_uri")),
            ad_title=to_text(ad.get("ad_title")),
            answers=tuple(Answer("", to_text(row.get("question")), "", to_id(row.get("answer"))) for row in answers),
        )


@dataclass(frozen=True)
class Message(Event):
    """Said by the customer."""

    mid: str
    text: str
    attachments: tuple[Attachment, ...]
    payload: str  # of the quick reply that was tapped
    reply_to: str
    is_deleted: bool  # the customer unsent it
    referral: Ref | None = None
    commands: tuple[str, ...] = ()  # slash commands by name

    @classmethod
    def read(cls, inner, common):
        mid = to_text(inner.get("mid"))
        return mid and cls(
            **common,
            mid=mid,
            text=to_text(inner.get("text")),
            attachments=Attachment.read_all(inner),
            payload=to_text(to_dict(inner.get("quick_reply")).get("payload")),
            reply_to=to_text(to_dict(inner.get("reply_to")).get("mid")),
            is_deleted=to_flag(inner.get("is_deleted")),
            referral=Ref.read(inner.get("referral")),
            commands=tuple(to_text(command.get("name")) for command in to_dicts(inner.get("commands"))),
        )


@dataclass(frozen=True)
class Echo(Event):
    """Said by the Page: by us, by another app, or by a person in the Page Inbox."""

    mid: str
    text: str
    attachments: tuple[Attachment, ...]
    app_id: str
    metadata: str
    is_deleted: bool = False  # somebody unsent it for the Page
    reply_to: str = ""

    @classmethod
    def read(cls, inner, common):
        mid = to_text(inner.get("mid"))
        return mid and cls(
            **common,
            mid=mid,
            text=to_text(inner.get("text")),
            attachments=Attachment.read_all(inner),
            app_id=to_id(inner.get("app_id")),
            metadata=to_text(inner.get("metadata")),
            is_deleted=to_flag(inner.get("is_deleted")),
            reply_to=to_text(to_dict(inner.get("reply_to")).get("mid")),
        )


@dataclass(frozen=True)
class Postback(Event):
    """A button tapped. Old ones have no mid; in standby there is no payload."""

    mid: str
    title: str
    payload: str
    referral: Ref | None = None

    @classmethod
    def read(cls, inner, common):
        mid, title, payload = (to_text(inner.get(name)) for name in ("mid", "title", "payload"))
        return cls(**common, mid=mid, title=title, payload=payload, referral=Ref.read(inner.get("referral")))


@dataclass(frozen=True)
class Edit(Event):
    """The customer changed what they had said."""

    mid: str
    text: str
    times: int = 0  # how often by now, 5 at most

    @classmethod
    def read(cls, inner, common):
        """Without its text it says nothing."""
        mid, times = to_text(inner.get("mid")), to_count(inner.get("num_edit"))
        if not mid or not isinstance(inner.get("text"), str):
            return None
        return cls(**common, mid=mid, text=to_text(inner.get("text")), times=times)


@dataclass(frozen=True)
class Reaction(Event):
    """emoji is "" when the reaction was taken back."""

    mid: str
    emoji: str
    name: str = ""  # smile, angry, sad, wow, love, like, dislike, other

    @classmethod
    def read(cls, inner, common):
        mid, name = to_text(inner.get("mid")), to_text(inner.get("reaction"))
        if inner.get("action") == "unreact":
            return cls(**common, mid=mid, emoji="")
        return cls(**common, mid=mid, emoji=to_text(inner.get("emoji")) or name, name=name)


@dataclass(frozen=True)
class Delivery(Event):
    """Everything sent until `watermark` (ms) has reached the customer, and so have `mids`."""

    mids: tuple[str, ...]
    watermark: int

    @classmethod
    def read(cls, inner, common):
        return cls(**common, mids=to_texts(inner.get("mids")), watermark=to_ms(inner.get("watermark")))


@dataclass(frozen=True)
class Read(Event):
    """Everything sent until `watermark` (ms) has been read."""

    watermark: int

    @classmethod
    def read(cls, inner, common):
        return cls(**common, watermark=to_ms(inner.get("watermark")))
