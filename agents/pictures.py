"""Check and store the pictures that people upload for agents and bots."""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from PIL import Image

FORMATS = ["JPEG", "PNG", "WEBP"]
UNREADABLE = (OSError, ValueError, SyntaxError, Image.DecompressionBombError)  # what a broken picture raises
TOO_MANY_PIXELS = _("A picture has 25 megapixels at most.")


def new_path(folder):
    """Return a new path for each upload, so that a changed picture has another, without the file's own name."""
    return f"{folder}/{uuid.uuid4().hex}"


def check_picture(picture):
    """Raise ValidationError for a picture that is too large or of another format. Nothing is decoded."""
    if picture._committed:  # checked when it was uploaded; its file may be gone, which must not prevent other changes
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
    """Raise ValidationError by the size in the header, before decoding: 20 KB can hold a gigabyte of pixels."""
    if image.width * image.height > settings.MAX_PICTURE_PIXELS:
        raise ValidationError(TOO_MANY_PIXELS)
