"""Convert HEIC pictures, which phones take and most browsers do not show, to JPEG."""

import io

import pillow_heif
from django.conf import settings
from django.core.files.base import ContentFile

from messenger.media_types import is_heic

QUALITY = 88


def as_jpeg(content):
    """Return a HEIC picture as a JPEG; None if the file is of another type, broken, or has too many pixels."""
    head = content.read(12)
    content.seek(0)
    if not is_heic(head):
        return None
    try:
        picture = pillow_heif.open_heif(content)
        if picture.size[0] * picture.size[1] > settings.MAX_PICTURE_PIXELS:
            return None
        buffer = io.BytesIO()
        picture.to_pillow().convert("RGB").save(buffer, "JPEG", quality=QUALITY)
        return ContentFile(buffer.getvalue(), name="file")
    except (ValueError, RuntimeError, OSError, EOFError, SyntaxError):  # what a broken picture raises
        return None
    finally:
        content.seek(0)
