"""Make the picture that Facebook shows for a persona: a square of the agent's own picture, or their initials."""

import hashlib
import io
import unicodedata
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps, ImageStat

from agents import pictures

SIDE = 512  # px
UNREADABLE = (*pictures.UNREADABLE, ValidationError)  # the errors of a picture that is broken or has too many pixels
SMALL = 32  # px of a side, to compare pictures
ALIKE = 6  # of 255: so much compressing a picture again changes a colour, on average over all of it
COLOURS = ["#0f766e", "#1d4ed8", "#7c3aed", "#be185d", "#b45309", "#15803d", "#0e7490", "#9f1239"]


def square(file):
    """Return the middle of the picture, upright, as a JPEG of 512 px a side."""
    with _opened(file, SIDE) as image:
        image = ImageOps.exif_transpose(ImageOps.fit(_on_white(image), (SIDE, SIDE)))
        return _content(image, "JPEG", quality=90)


def initials(name):
    """Return white initials on a colour that depends on the name, as a PNG; a silhouette if the font lacks a letter."""
    image = Image.new("RGB", (SIDE, SIDE), COLOURS[colour_number(name)])
    draw = ImageDraw.Draw(image)
    letters = _without_accents("".join(word[0] for word in name.split()[:2]).upper())
    if letters and letters.isascii():  # the font that comes with Pillow has no other letters
        font = ImageFont.load_default(SIDE * 0.42)
        draw.text((SIDE / 2, SIDE / 2), letters, fill="white", font=font, anchor="mm")
    else:
        draw.ellipse((SIDE * 0.34, SIDE * 0.2, SIDE * 0.66, SIDE * 0.52), fill="white")
        draw.ellipse((SIDE * 0.2, SIDE * 0.6, SIDE * 0.8, SIDE * 1.2), fill="white")
    return _content(image, "PNG")


def _without_accents(letters):
    return "".join(part for part in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(part))


def are_alike(one, other):
    """Return whether two files show the same picture, also if one was scaled or compressed again."""
    try:
        difference = ImageChops.difference(_in_small(one), _in_small(other))
    except UNREADABLE:
        return False
    return max(ImageStat.Stat(difference).mean) <= ALIKE


def _in_small(file):
    with _opened(file, SMALL) as image:
        return _on_white(image).resize((SMALL, SMALL), Image.Resampling.BOX)


@contextmanager
def _opened(file, side):
    """Open a picture without decoding it. Too many pixels are refused; a JPEG will be decoded near this size."""
    with Image.open(file, formats=pictures.FORMATS) as image:
        pictures.refuse_too_many_pixels(image)
        image.draft("RGB", (side, side))
        yield image


def colour_number(name):
    """Return the number of one of COLOURS, always the same for the same name."""
    return hashlib.sha256(name.encode()).digest()[0] % len(COLOURS)


def _on_white(image):
    """Put the picture on white: JPEG has no transparency, and transparent parts would turn black."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def _content(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return ContentFile(buffer.getvalue(), name="picture")
