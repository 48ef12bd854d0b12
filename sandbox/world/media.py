"""Files that Facebook keeps a copy of: attachments, uploads and persona pictures."""

import secrets
from dataclasses import dataclass

from .models import Page

PATH = "/_sandbox/media/"
IMAGE_LIMIT_BYTES = 8 * 1024 * 1024
FILE_LIMIT_BYTES = 25 * 1024 * 1024
LIMITS_BYTES = {"image": IMAGE_LIMIT_BYTES, "audio": FILE_LIMIT_BYTES, "video": FILE_LIMIT_BYTES}
LIMITS_BYTES |= {"file": FILE_LIMIT_BYTES}


@dataclass(frozen=True)
class File:
    content: bytes
    content_type: str


@dataclass
class Asset:
    """An uploaded attachment. Messages name it by its id instead of a URL."""

    id: str
    page: Page
    type: str
    url: str
    at: int
    is_reusable: bool


class Media:
    """Copies kept under a path of the sandbox, as Facebook keeps them on its CDN."""

    def __init__(self):
        self.files: dict[str, File] = {}
        self._pinned: set[str] = set()

    def keep(self, file: File) -> str:
        """Store the file; return the path under which it is served."""
        name = secrets.token_urlsafe(16)
        self.files[name] = file
        return f"{PATH}{name}"

    def get(self, name: str) -> File | None:
        return self.files.get(name)

    def pin(self, url: str):
        """Keep the file although one message that shows it is dropped: others may show it too."""
        self._pinned.add(_name(url))

    def drop(self, url: str):
        """Drop the file of a dropped message, unless it is pinned."""
        if _name(url) not in self._pinned:
            self.files.pop(_name(url), None)


def _name(url: str) -> str:
    return url.rpartition(PATH)[2]
