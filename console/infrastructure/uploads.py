"""Checks of the files that agents send, against Facebook's limits."""

from pathlib import PurePath

from django.utils.translation import gettext as _
from PIL import Image

from messenger.limits import LIMITS
from messenger.media_types import sniff_file
from personas.files import SHOWN

MOST_FILES = 10  # in one reply
FORMATS = ["JPEG", "PNG", "GIF"]
PICTURE_NAMES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg", ".bmp", ".tif", ".tiff", ".heic", ".avif"}
PICTURE_BYTES = LIMITS["image_bytes"].most
FILE_BYTES = LIMITS["file_bytes"].most
MAX_PIXELS = 64_000_000  # browsers decode every picture that they show


class UploadError(Exception):
    """Facebook would refuse this file. The text of the error is a sentence that says why."""


def kind_of(file):
    """Return "image", "audio" or "video" if Facebook shows files of its type as such, else "file"."""
    media_type = sniff_file(file)
    if media_type == "video/mp4" and _ending(file) == ".m4a":  # many phones write audio with the brand of a video
        return "audio"
    return media_type.split("/")[0] if media_type in SHOWN else "file"


def check(file):
    """Raise UploadError for a file that Facebook would refuse. A file named like a picture must be a picture."""
    if kind_of(file) != "image" and _ending(file) not in PICTURE_NAMES:
        return _check_size(file, FILE_BYTES, _("Facebook takes files of 25 MB at most."))
    _check_size(file, PICTURE_BYTES, _("Facebook takes pictures of 8 MB at most."))
    if not _is_whole_picture(file):
        raise UploadError(_("%s: Facebook takes pictures as JPEG, PNG or GIF only.") % file.name)


def _is_whole_picture(file):
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UploadError(_too_many_pixels(file))
            image.verify()
    except Image.DecompressionBombError as error:
        raise UploadError(_too_many_pixels(file)) from error
    except (OSError, SyntaxError, ValueError):
        return False
    finally:
        file.seek(0)
    return True


def _too_many_pixels(file):
    return _("%s: A picture has 64 megapixels at most.") % file.name


def _check_size(file, most_bytes, sentence):
    if file.size > most_bytes:
        raise UploadError(f"{file.name}: {sentence}")


def _ending(file):
    return PurePath(file.name).suffix.lower()
