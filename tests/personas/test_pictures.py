"""Pictures of an agent, on Facebook and on the desk."""

import io
import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.template.loader import render_to_string
from PIL import Image, ImageChops, ImageStat

from personas import pictures

TOKENS = (Path(__file__).parent.parent.parent / "static/css/tokens.css").read_text()


def drawing(mode):
    """A black dot on nothing."""
    image = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    image.putpixel((32, 32), (0, 0, 0, 255))
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, "PNG")
    return ContentFile(buffer.getvalue(), name="logo.png")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_of_a_picture_become_white(mode):
    with Image.open(pictures.square(drawing(mode))) as image:
        assert min(image.getpixel((2, 2))) > 250


def test_initials_of_an_agent_have_the_same_colour_at_the_desk_and_on_facebook(ana):
    with Image.open(pictures.initials(ana.public_name)) as image:
        beside_messages = "#{:02x}{:02x}{:02x}".format(*image.getpixel((2, 2)))
    number = re.search(r"avatar-(\d)", render_to_string("_avatar.html", {"agent": ana}))[1]
    assert re.search(rf"--face-{number}: (#\w+);", TOKENS)[1] == beside_messages


def drawn(name):
    """Return what is white in the picture of this name's initials."""
    with Image.open(pictures.initials(name)) as image:
        return image.convert("L").point(lambda value: 255 * (value > 180))


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Özge Ünal", "Ozge Unal"), ("Émile Šimek", "Emile Simek"), ("Łukasz", "Юлия"), ("Øystein", "美咲")],
)
def test_initials_that_the_font_lacks_lose_their_accent_or_become_a_silhouette(name, plain):
    difference = ImageChops.difference(drawn(name), drawn(plain))
    assert ImageStat.Stat(difference).mean[0] < 1
