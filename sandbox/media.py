"""Files that Facebook keeps a copy of, and the pictures it makes up."""

import asyncio
import colorsys
import hashlib
import io
import secrets
from dataclasses import dataclass
from functools import lru_cache

import requests
from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from . import errors

FETCH_TIMEOUT_S = 10
IMAGE_LIMIT_BYTES = 8 * 1024 * 1024
FILE_LIMIT_BYTES = 25 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
AVATAR_PX = 200


@dataclass(frozen=True)
class File:
    content: bytes
    content_type: str


class Media:
    """Copies kept under a path of our own, as Facebook keeps them on its CDN."""

    def __init__(self):
        self.files: dict[str, File] = {}

    def keep(self, file: File) -> str:
        """→ the path under which the copy is served."""
        name = secrets.token_urlsafe(16)
        self.files[name] = file
        return f"/_sandbox/media/{name}"

    def get(self, name: str) -> File | None:
        return self.files.get(name)


async def fetch_image(url: str) -> File:
    """A picture from somebody else's server; raises `Refused` when it cannot be had or is none."""
    file = await fetch(url, IMAGE_LIMIT_BYTES)
    if not file.content_type.startswith("image/") or not _is_image(file.content):
        raise errors.FILE_NOT_ACCEPTED()
    return file


async def fetch(url: str, limit: int = FILE_LIMIT_BYTES) -> File:
    return await asyncio.to_thread(_fetch, url, limit)


def _fetch(url: str, limit: int) -> File:
    try:
        with requests.get(url, timeout=FETCH_TIMEOUT_S, stream=True) as response:
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


def _is_image(content: bytes) -> bool:
    try:
        Image.open(io.BytesIO(content)).verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def avatar(name: str) -> bytes:
    """A PNG with the name's initials on the name's own colour."""
    hue = hashlib.sha256(name.encode()).digest()[0] / 256
    image = Image.new("RGB", (AVATAR_PX, AVATAR_PX), _rgb(hue, 0.42, 0.45))
    font = ImageFont.load_default(size=AVATAR_PX * 0.4)
    centre = (AVATAR_PX / 2, AVATAR_PX / 2)
    ImageDraw.Draw(image).text(centre, initials(name), fill="white", font=font, anchor="mm")
    return _png(image)


def initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


@lru_cache(maxsize=1)
def sample() -> bytes:
    """The picture a customer sends when asked for one: a cup of tea, steaming."""
    image = Image.new("RGB", (960, 720), "#f3e3cf")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 500, 960, 720), fill="#c98f5e")
    draw.ellipse((230, 520, 690, 610), fill="#e9eef2")
    draw.ellipse((600, 330, 760, 490), outline="#2f6f8f", width=34)
    draw.rounded_rectangle((280, 280, 640, 570), radius=110, fill="#2f6f8f")
    draw.rectangle((280, 280, 640, 400), fill="#2f6f8f")
    draw.ellipse((280, 235, 640, 325), fill="#3f86a8")
    draw.ellipse((304, 249, 616, 311), fill="#8a4b1f")
    for x in (390, 460, 530):
        draw.arc((x - 30, 90, x + 30, 160), 90, 270, fill="white", width=12)
        draw.arc((x - 30, 148, x + 30, 218), 270, 90, fill="white", width=12)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def _rgb(hue: float, lightness: float, saturation: float) -> tuple[int, ...]:
    return tuple(round(part * 255) for part in colorsys.hls_to_rgb(hue, lightness, saturation))
