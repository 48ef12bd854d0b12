"""Generated pictures: avatars, a cup of tea, a thumb."""

import colorsys
import hashlib
import io
import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

AVATAR_PX = 200


@lru_cache(maxsize=256)
def avatar(name: str) -> bytes:
    """Draw the name's initials on a colour that depends on the name."""
    hue = hashlib.sha256(name.encode()).digest()[0] / 256
    image = Image.new("RGB", (AVATAR_PX, AVATAR_PX), _rgb(hue, 0.42, 0.45))
    font = ImageFont.load_default(size=AVATAR_PX * 0.4)
    centre = (AVATAR_PX / 2, AVATAR_PX / 2)
    ImageDraw.Draw(image).text(centre, initials(name), fill="white", font=font, anchor="mm")
    return _png(image)


def initials(name: str) -> str:
    """Return the initials in ASCII, as the font has no other letters."""
    words = name.split()
    letters = "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()
    return unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode() or "?"


@lru_cache(maxsize=1)
def sample() -> bytes:
    """Draw the sample picture: a steaming cup of tea."""
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


@lru_cache(maxsize=1)
def thumb() -> bytes:
    """Draw the best-known sticker: a thumb."""
    image = Image.new("RGBA", (240, 240), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((30, 110, 80, 210), radius=12, fill="#0b6fd6")
    draw.rounded_rectangle((90, 105, 205, 210), radius=26, fill="#2f8ef0")
    draw.polygon([(90, 130), (125, 30), (155, 40), (145, 115)], fill="#2f8ef0")
    return _png(image)


def _png(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def _rgb(hue: float, lightness: float, saturation: float) -> tuple[int, ...]:
    return tuple(round(part * 255) for part in colorsys.hls_to_rgb(hue, lightness, saturation))
