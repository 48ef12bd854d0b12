"""A file that goes out with a call: a multipart body, in which everything else is text or JSON in text.

https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets
"""

import json
import mimetypes
from pathlib import PurePath

from requests.utils import super_len

from ..limits import check


def multipart(body: dict, file, filename: str | None = None) -> tuple[dict, tuple]:
    """The fields of `body`, and the file under its name and type. ValueError: it is too large.

    file: bytes or a binary file object. Facebook goes by the type: a sound that does not come as audio/* is refused.
    """
    attachment = body["message"].get("attachment")
    if not isinstance(attachment, dict):
        raise ValueError("A file goes out in an attachment: the message has none.")
    kind = attachment.get("type")
    check("image_bytes" if kind == "image" else "file_bytes", super_len(file))
    name = filename or PurePath(str(getattr(file, "name", "") or "file")).name
    fields = {key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()}
    return fields, (name, file, mimetypes.guess_type(name)[0] or "application/octet-stream")
