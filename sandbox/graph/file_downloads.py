"""Downloads of attachments and pictures from other servers, and checks of their types and sizes.

With `has_placeholder_files` a file that cannot be downloaded is replaced by a made-up one. Sample programs name
example.com, and a machine without the internet reaches nothing: with that switch both run unmodified.
"""

import asyncio
import io
from pathlib import Path
from urllib.parse import urlsplit

import requests
from PIL import Image, UnidentifiedImageError

from .. import errors
from ..pictures import avatar
from ..world.media import IMAGE_LIMIT_BYTES, LIMITS_BYTES, File
from ..world.world import World

SAMPLES = Path(__file__).parent.parent / "static/samples"
SAMPLE_OF = {
    "audio": ("hello.wav", "audio/wav"),
    "video": ("tea.webm", "video/webm"),
    "file": ("order.pdf", "application/pdf"),
}
TIMEOUT_S = 10
PLACEHOLDER_TIMEOUT_S = 2
CHUNK_BYTES = 64 * 1024

UNSPECIFIC_TYPES = ("", "application/octet-stream", "binary/octet-stream")
USUAL_TYPES = {"audio": "audio/mpeg", "video": "video/mp4", "file": "application/octet-stream"}
# Audio also comes in containers that are made for video.
TYPES = {"audio": ("audio/", "video/mp4", "application/ogg"), "video": ("video/",), "file": ("",)}


async def picture(world: World, url: str) -> File:
    """Download a persona's picture."""
    return await _download(world, "image", url, _picture)


async def file(world: World, type: str, url: str) -> File:
    """Download an attachment."""

    async def fetch(url: str, timeout_s: float) -> File:
        return checked(type, await _fetch(url, timeout_s, LIMITS_BYTES[type]))

    return await _download(world, type, url, fetch)


def checked(type: str, file: File) -> File:
    """Return the file with a content type; raise `GraphError` when it is not of this attachment type."""
    if not file.content:
        raise errors.FILE_NOT_ACCEPTED()
    if type == "image":
        return File(file.content, _image_type(file.content))
    if file.content_type in UNSPECIFIC_TYPES:
        return File(file.content, USUAL_TYPES[type])
    if not file.content_type.startswith(TYPES[type]):
        raise errors.FILE_NOT_ACCEPTED()
    return file


async def _download(world: World, type: str, url: str, fetch) -> File:
    _check_host(url, world.flagged_hosts)
    if not world.has_placeholder_files:
        return await fetch(url, TIMEOUT_S)
    try:
        return await fetch(url, PLACEHOLDER_TIMEOUT_S)
    except errors.GraphError:
        return _placeholder(type, url)


def _check_host(url: str, flagged: list[str]):
    """Refuse hosts that people reported as abusive, tunnels and free hosting among them."""
    host = urlsplit(url).hostname or ""
    if any(host == bad or host.endswith(f".{bad}") for bad in flagged):
        raise errors.FILE_FLAGGED()


def _placeholder(type: str, url: str) -> File:
    """Return a picture that is different for each URL, or a sample file."""
    if type == "image":
        where = urlsplit(url)
        return File(avatar(Path(where.path).stem or where.netloc), "image/png")
    name, content_type = SAMPLE_OF[type]
    return File((SAMPLES / name).read_bytes(), content_type)


async def _picture(url: str, timeout_s: float) -> File:
    file = await _fetch(url, timeout_s, IMAGE_LIMIT_BYTES)
    if not file.content_type.startswith("image/"):
        raise errors.FILE_NOT_ACCEPTED()
    return checked("image", file)


async def _fetch(url: str, timeout_s: float, limit: int) -> File:
    return await asyncio.to_thread(_fetch_now, url, timeout_s, limit)


def _fetch_now(url: str, timeout_s: float, limit: int) -> File:
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
