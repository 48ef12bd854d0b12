"""Messages in both directions, their edits and reactions, and receipts.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messages
"""

from dataclasses import dataclass

from .coerce import to_count, to_dict, to_dicts, to_flag, to_id, to_ms, to_text, to_texts
from .event import Event
from .parts import Attachment, ReferralSource


@dataclass(frozen=True)
class Message(Event):
    """A message from the customer. reply_to: the mid of the message that it answers."""

    mid: str
    text: str
    attachments: tuple[Attachment, ...]
    payload: str  # of the quick reply that was tapped
    reply_to: str
    is_deleted: bool  # the customer unsent it
    referral: ReferralSource | None = None
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
            referral=ReferralSource.read(inner.get("referral")),
            commands=tuple(to_text(command.get("name")) for command in to_dicts(inner.get("commands"))),
        )


@dataclass(frozen=True)
class Echo(Event):
    """A message from the Page: sent by us, by another app, or by a person in the Page Inbox.

    metadata: as the app gave it when it sent the message. It can arrive before the answer to the call that sent it.
    """

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
class Edit(Event):
    """The new text of a message that the customer edited."""

    mid: str
    text: str
    times: int = 0  # how often by now, 5 at most

    @classmethod
    def read(cls, inner, common):
        """Return None without a mid or a text."""
        mid, times = to_text(inner.get("mid")), to_count(inner.get("num_edit"))
        if not mid or not isinstance(inner.get("text"), str):
            return None
        return cls(**common, mid=mid, text=to_text(inner.get("text")), times=times)


@dataclass(frozen=True)
class Reaction(Event):
    """A reaction of the customer to the message `mid`. emoji: "" when they took it back."""

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
    """A receipt: all messages sent until `watermark` (ms) have reached the customer, and so have `mids`."""

    mids: tuple[str, ...]
    watermark: int

    @classmethod
    def read(cls, inner, common):
        return cls(**common, mids=to_texts(inner.get("mids")), watermark=to_ms(inner.get("watermark")))


@dataclass(frozen=True)
class Read(Event):
    """A receipt: the customer has read all messages sent until `watermark` (ms)."""

    watermark: int

    @classmethod
    def read(cls, inner, common):
        return cls(**common, watermark=to_ms(inner.get("watermark")))
