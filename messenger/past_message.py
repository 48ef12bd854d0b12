"""A message as Facebook's history shows it, with its attachments in the shape of those of webhooks.

https://developers.facebook.com/docs/messenger-platform/conversations
"""

from dataclasses import dataclass
from datetime import datetime

from .events.coerce import to_dict, to_dicts, to_id, to_ms, to_text
from .events.parts import Attachment

CREATED = "%Y-%m-%dT%H:%M:%S%z"


@dataclass(frozen=True)
class PastMessage:
    """A message of the history. Of one that Facebook does not show, only `mid` and `at` are known."""

    mid: str
    at: int  # ms; Facebook gives whole seconds; 0 if it gave none
    sender_id: str  # a PSID, or the id of the Page
    text: str
    reply_to: str  # mid
    attachments: tuple[Attachment, ...]

    @classmethod
    def read(cls, row: dict) -> "PastMessage":
        """Read a row of `History.older_messages`."""
        return cls(
            mid=to_id(row.get("id")),
            at=_ms(row.get("created_time")),
            sender_id=to_id(to_dict(row.get("from")).get("id")),
            text=to_text(row.get("message")),
            reply_to=to_id(to_dict(row.get("reply_to")).get("mid")),
            attachments=_attachments(row),
        )

    @property
    def is_shown(self) -> bool:
        """Return whether Facebook shows what it says, who said it and when."""
        return bool(self.mid and self.at and self.sender_id and (self.text or self.attachments))


def _ms(created_time):
    try:
        return to_ms(int(datetime.strptime(to_text(created_time), CREATED).timestamp()) * 1000)
    except (ValueError, OverflowError):
        return 0


def _attachments(row):
    sticker = to_text(row.get("sticker"))
    stickers = [Attachment("sticker", sticker, "")] if sticker else []
    files = [_file(raw) for raw in to_dicts(to_dict(row.get("attachments")).get("data"))]
    return (*stickers, *files, *[_share(raw) for raw in to_dicts(to_dict(row.get("shares")).get("data"))])


def _file(raw):
    """Return the attachment; one of a shape that is not known is `unsupported`."""
    picture, film = to_dict(raw.get("image_data")), to_dict(raw.get("video_data"))
    url = to_text(raw.get("file_url"))
    if picture or film:
        return Attachment("image" if picture else "video", to_text((picture or film).get("url")), "")
    if not url:
        return Attachment("unsupported", "", "")
    is_sound = to_text(raw.get("mime_type")).startswith("audio/")
    return Attachment("audio", url, "") if is_sound else Attachment("file", url, to_text(raw.get("name")))


def _share(raw):
    url, title = to_text(raw.get("link")), to_text(raw.get("name"))
    return Attachment("fallback", url, title, payload={"url": url, "title": title})
