"""Images, audio, video and files: by URL, by the id of an uploaded attachment, or with their content.

https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets
"""

from .base import given
from .send_api import SendApi


class Attachments(SendApi):
    """Send or upload attachments. Each takes exactly one of three sources:

    url: Facebook fetches it, within 10 s, a video within 75 s.
    attachment_id: of an upload; valid for 90 days and for this Page alone.
    file: bytes or a binary file object, with a `filename` if it has no name of its own.

    Limits: 8 MB for an image, 25 MB for all others. Other options are those of `send`. Raises ValueError for a file
    that is too large and for none or several sources, GraphError for a call that did not succeed.
    """

    def send_attachment(
        self, person, kind, url=None, *, attachment_id=None, file=None, is_reusable=None, **options
    ) -> str:
        """Send an attachment and return the message id. kind: image, audio, video or file.

        is_reusable: whether Facebook keeps it, to be sent again by its id.
        """
        payload = _payload(url, attachment_id, file, is_reusable)
        return self.send(person, {"attachment": {"type": kind, "payload": payload}}, file=file, **options)

    def send_image(self, person, url=None, **options) -> str:
        """Send a JPEG, PNG or GIF of at most 8 MB; return the message id."""
        return self.send_attachment(person, "image", url, **options)

    def send_audio(self, person, url=None, **options) -> str:
        """Send audio of at most 25 MB; return the message id. A file needs the name of one, such as a.mp3."""
        return self.send_attachment(person, "audio", url, **options)

    def send_video(self, person, url=None, **options) -> str:
        """Send a video of at most 25 MB; return the message id."""
        return self.send_attachment(person, "video", url, **options)

    def send_file(self, person, url=None, **options) -> str:
        """Send any other file of at most 25 MB; return the message id."""
        return self.send_attachment(person, "file", url, **options)

    # Uploads, to be sent by their id

    def upload_attachment(self, kind, url=None, *, file=None, filename=None, is_reusable=True) -> str:
        """Upload an attachment and return its id, valid for 90 days. kind: as in `send_attachment`."""
        body = {"message": {"attachment": {"type": kind, "payload": _payload(url, None, file, is_reusable)}}}
        return self._post_message("me/message_attachments", "attachment_id", body, file, filename)

    def upload_image(self, url=None, **options) -> str:
        """Upload an image of at most 8 MB; return the attachment id."""
        return self.upload_attachment("image", url, **options)

    def upload_audio(self, url=None, **options) -> str:
        """Upload audio of at most 25 MB; return the attachment id."""
        return self.upload_attachment("audio", url, **options)

    def upload_video(self, url=None, **options) -> str:
        """Upload a video of at most 25 MB; return the attachment id."""
        return self.upload_attachment("video", url, **options)

    def upload_file(self, url=None, **options) -> str:
        """Upload any other file of at most 25 MB; return the attachment id."""
        return self.upload_attachment("file", url, **options)


def _payload(url, attachment_id, file, is_reusable):
    if sum(source is not None for source in (url, attachment_id, file)) != 1:
        raise ValueError("An attachment has exactly one of url, attachment_id and file.")
    return given(url=url, attachment_id=attachment_id, is_reusable=is_reusable)
