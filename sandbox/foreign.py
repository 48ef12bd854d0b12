"""Files at somebody else's address: fetched, or made up where any address is to be a picture.

Sample programs name example.com, and a machine without the internet reaches nothing: with that switch both run as is.
"""

from pathlib import Path
from urllib.parse import urlsplit

from . import errors, media
from .drawings import avatar
from .media import File
from .world import World

SAMPLES = Path(__file__).parent / "static/samples"
SAMPLE_OF = {
    "audio": ("hello.wav", "audio/wav"),
    "video": ("tea.webm", "video/webm"),
    "file": ("order.pdf", "application/pdf"),
}
PATIENCE_S = 2  # with what nobody may answer


async def picture(world: World, url: str) -> File:
    return await _found(world, "image", url, media.fetch_image)


async def file(world: World, type: str, url: str) -> File:
    async def fetch(url: str, timeout_s: float) -> File:
        return media.checked(type, await media.fetch(url, timeout_s, media.LIMITS_BYTES[type]))

    return await _found(world, type, url, fetch)


async def _found(world: World, type: str, url: str, fetch) -> File:
    media.check_host(url, world.flagged_hosts)
    if not world.is_any_address_a_picture:
        return await fetch(url, media.FETCH_TIMEOUT_S)
    try:
        return await fetch(url, PATIENCE_S)
    except errors.Refused:
        return _made_up(type, url)


def _made_up(type: str, url: str) -> File:
    """A picture that each address has to itself, or a sample."""
    if type == "image":
        where = urlsplit(url)
        return File(avatar(Path(where.path).stem or where.netloc), "image/png")
    name, content_type = SAMPLE_OF[type]
    return File((SAMPLES / name).read_bytes(), content_type)
