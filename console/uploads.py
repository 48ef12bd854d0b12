"""Files that agents send: limited in size and type as Facebook limits them, with a sentence for what it refuses."""

import mimetypes

from django.utils.translation import gettext as _
from PIL import Image

from console.downloads import SHOWN
from messenger.limits import LIMITS

MOST_FILES = 10  # in one reply
PICTURES = ["JPEG", "PNG", "GIF"]
PICTURE_BYTES = LIMITS["image_bytes"].most
FILE_BYTES = LIMITS["file_bytes"].most


class UploadError(Exception):
    """With one sentence that says why Facebook would not take the file."""


def kind_of(name):
    """image, audio or video where Facebook shows it as such, else file."""
    media_type = mimetypes.guess_type(name)[0] or ""
    return media_type.split("/")[0] if media_type in SHOWN or media_type.startswith("image/") else "file"


def check(file):
    if kind_of(file.name) != "image":
        return _check_size(file, FILE_BYTES, _("Facebook takes files of 25 MB at most."))
    _check_size(file, PICTURE_BYTES, _("Facebook takes pictures of 8 MB at most."))
    try:
        with Image.open(file, formats=PICTURES) as image:
            image.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise UploadError(_("%s: Facebook takes pictures as JPEG, PNG or GIF only.") % file.name) from error
    finally:
        file.seek(0)


def _check_size(file, most, sentence):
    if file.size > most:
        raise UploadError(f"{file.name}: {sentence}")
