"""The pictures that people choose for a face: what is taken, and where it lies."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image

FORMATS = ["JPEG", "PNG", "WEBP"]
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # what a broken picture raises
TOO_MANY_PIXELS = _("A picture has 25 megapixels at most.")


def new_path(folder):
    """A new place for every upload, so that a changed picture can be told by its path. Nothing of a name is in it."""
    return f"{folder}/{uuid.uuid4().hex}"


def check_picture(picture):
    """Refuse a picture that is too large or of another format. Nothing is decoded for it."""
    if picture._committed:  # it was checked when it was chosen; its file may be gone, which prevents no other change
        return
    if picture.size > settings.MAX_PICTURE_BYTES:
        raise ValidationError(_("A picture has 8 MB at most."))
    try:
        with Image.open(picture.open("rb"), formats=FORMATS) as image:
            refuse_too_many_pixels(image)
    except Image.DecompressionBombError as error:
        raise ValidationError(TOO_MANY_PIXELS) from error
    except UNREADABLE as error:
        raise ValidationError(_("Choose a picture in JPEG, PNG or WebP format.")) from error


def refuse_too_many_pixels(image):
    """ValidationError, by what the header says: 20 KB can hold a gigabyte of pixels, so this comes before decoding."""
    if image.width * image.height > settings.MAX_PICTURE_PIXELS:
        raise ValidationError(TOO_MANY_PIXELS)
