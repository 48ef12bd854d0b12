"""Build the multipart body of a call with a file. Its other fields are text, or JSON as text.

https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets
"""

import io
import json
import secrets
import time
from pathlib import PurePath
from typing import Any

from requests.utils import super_len
from urllib3.filepost import encode_multipart_formdata

from ..limits import check
from ..media_types import UNKNOWN, sniff_file

CHUNK = 64 * 1024  # bytes
UPLOAD_WITHIN = 90  # s; an upload that takes longer is cut, and cannot have taken effect


def multipart(body: dict, file, filename: str | None = None) -> tuple["Body", str]:
    """Return a multipart body with the fields of `body` and the file, and its content type.

    file: bytes or a binary file object that can seek, at most 8 MB for an image and 25 MB otherwise. filename: passed
    on; the media type is read from the content. Raises ValueError if the file is too large or `body` has no attachment.
    """
    attachment = body["message"].get("attachment")
    if not isinstance(attachment, dict):
        raise ValueError("A file goes out in an attachment: the message has none.")
    kind = attachment.get("type")
    check("image_bytes" if kind == "image" else "file_bytes", super_len(file))
    name = filename or PurePath(str(getattr(file, "name", "") or "file")).name
    file = io.BytesIO(file) if isinstance(file, bytes) else file
    fields: dict[str, Any] = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()
    }
    place = secrets.token_bytes(16)
    fields["filedata"] = (name, place, _media_type(file, kind))
    whole, content_type = encode_multipart_formdata(fields)
    head, _place, tail = whole.partition(place)
    return Body(head, file, tail), content_type


def _media_type(file, kind):
    """Return the media type. Facebook refuses audio that is not audio/*, but audio can come in a video container."""
    found = sniff_file(file)
    if kind == "audio" and not found.startswith("audio/"):
        return "audio/mp4" if found == "video/mp4" else "audio/mpeg"
    return "video/mp4" if kind == "video" and found == UNKNOWN else found


class Body:
    """The multipart body as an iterable of chunks: requests would hold a file of 25 MB twice in memory."""

    def __init__(self, head, file, tail):
        self._length = len(head) + super_len(file) + len(tail)
        self._pieces = [io.BytesIO(head), file, io.BytesIO(tail)]
        self._began_at = None

    def __len__(self):
        return self._length

    def __iter__(self):
        return iter(lambda: self.read(CHUNK), b"")

    def read(self, size=-1):
        self._began_at = self._began_at or time.monotonic()
        if time.monotonic() - self._began_at > UPLOAD_WITHIN:
            raise TimeoutError("The upload took too long")
        while self._pieces:
            if chunk := self._pieces[0].read(size):
                return chunk
            self._pieces.pop(0)
        return b""
