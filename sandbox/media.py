"""Files that Facebook fetches and keeps a copy of."""

from __future__ import annotations

import asyncio
import io
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
from PIL import Image, UnidentifiedImageError

from . import errors

if TYPE_CHECKING:
    from .cast import Page

PATH = "/_sandbox/media/"
FETCH_TIMEOUT_S = 10
IMAGE_LIMIT_BYTES = 8 * 1024 * 1024
FILE_LIMIT_BYTES = 25 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


LIMITS_BYTES = {"image": IMAGE_LIMIT_BYTES, "audio": FILE_LIMIT_BYTES, "video": FILE_LIMIT_BYTES}
LIMITS_BYTES |= {"file": FILE_LIMIT_BYTES}
UNSAID = ("", "application/octet-stream", "binary/octet-stream")
USUAL_TYPES = {"audio": "audio/mpeg", "video": "video/mp4", "file": "application/octet-stream"}
# Sound is also kept in containers made for pictures that move.
TYPES = {"audio": ("audio/", "video/mp4", "application/ogg"), "video": ("video/",), "file": ("",)}


@dataclass(frozen=True)
class File:
    content: bytes
    content_type: str


@dataclass
class Asset:
    """Something uploaded, under an id that messages can name instead of an address."""

    id: str
    page: Page
    type: str
    url: str
    at: int
    is_reusable: bool


class Media:
    """Copies kept under a path of our own, as Facebook keeps them on its CDN."""

    def __init__(self):
        self.files: dict[str, File] = {}
        self._pinned: set[str] = set()

    def keep(self, file: File) -> str:
        """→ the path under which the copy is served."""
        name = secrets.token_urlsafe(16)
        self.files[name] = file
        return f"{PATH}{name}"

    def get(self, name: str) -> File | None:
        return self.files.get(name)

    def pin(self, url: str):
        """More than one message may show it."""
        self._pinned.add(_name(url))

    def drop(self, url: str):
        """No message shows it any more."""
        if _name(url) not in self._pinned:
            self.files.pop(_name(url), None)


def check_host(url: str, flagged: list[str]):
    """Some hosts are known for what other people have reported: tunnels and free hosting among them."""
    host = urlsplit(url).hostname or ""
    if any(host == bad or host.endswith(f".{bad}") for bad in flagged):
        raise errors.FILE_FLAGGED()


async def fetch_image(url: str, timeout_s: float) -> File:
    """A picture from somebody else's server; raises `Refused` when it cannot be had or is none."""
    file = await fetch(url, timeout_s, IMAGE_LIMIT_BYTES)
    if not file.content_type.startswith("image/"):
        raise errors.FILE_NOT_ACCEPTED()
    return checked("image", file)


def checked(type: str, file: File) -> File:
    """The file with a content type; raises `Refused` when it is no such thing."""
    if not file.content:
        raise errors.FILE_NOT_ACCEPTED()
    if type == "image":
        return File(file.content, _image_type(file.content))
    if file.content_type in UNSAID:
        return File(file.content, USUAL_TYPES[type])
    if not file.content_type.startswith(TYPES[type]):
        raise errors.FILE_NOT_ACCEPTED()
    return file


async def fetch(url: str, timeout_s: float, limit: int = FILE_LIMIT_BYTES) -> File:
    return await asyncio.to_thread(_fetch, url, timeout_s, limit)


def _fetch(url: str, timeout_s: float, limit: int) -> File:
    try:
        with requests.get(url, timeout=timeout_s, stream=True) as response:
            response.raise_for_status()
            content_type = response.headers.get("Content-Type", "application/octet-stream")
            return File(_read(response, limit), content_type)
    except (requests.RequestException, ValueError) as error:
        raise errors.FILE_NOT_FETCHED() from error


def _read(response: requests.Response, limit: int) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(CHUNK_BYTES):
        content += chunk
        if len(content) > limit:
            raise errors.FILE_TOO_LARGE()
    return bytes(content)


def _image_type(content: bytes) -> str:
    try:
        image = Image.open(io.BytesIO(content))
        image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise errors.FILE_NOT_ACCEPTED() from None
    return Image.MIME.get(image.format, "image/png")


def _name(url: str) -> str:
    return url.rpartition(PATH)[2]
