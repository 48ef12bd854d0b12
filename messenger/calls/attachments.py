"""Pictures, sounds, films and files: by address, by the id of one that Facebook has, or sent along.

https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets
"""

from .path import given
from .sending import Sending


class Attachments(Sending):
    """Of every attachment exactly one is given: `url`, which Facebook fetches (within 10 s, a video within 75 s);
    `attachment_id`, which serves the one Page for 90 days; or `file`, bytes or a binary file object, with a `filename`
    where it has none of its own. An image has 8 MB at most, all others 25 MB. Other options are those of `send`."""

    def send_attachment(
        self, person, kind, url=None, *, attachment_id=None, file=None, is_reusable=None, **options
    ) -> str:
        """Send an image, audio, video or file; returns the message id. ValueError: too large, or not exactly one."""
        payload = _payload(url, attachment_id, file, is_reusable)
        return self.send(person, {"attachment": {"type": kind, "payload": payload}}, file=file, **options)

    def send_image(self, person, url=None, **options) -> str:
        """A jpg, png or gif of 8 MB at most."""
        return self.send_attachment(person, "image", url, **options)

    def send_audio(self, person, url=None, **options) -> str:
        """A sound of 25 MB at most; as a file it needs a name that says that it is one, such as a.mp3."""
        return self.send_attachment(person, "audio", url, **options)

    def send_video(self, person, url=None, **options) -> str:
        """A film of 25 MB at most."""
        return self.send_attachment(person, "video", url, **options)

    def send_file(self, person, url=None, **options) -> str:
        """Anything else of 25 MB at most."""
        return self.send_attachment(person, "file", url, **options)

    # Kept by Facebook, to be sent by their id

    def upload_attachment(self, kind, url=None, *, file=None, filename=None, is_reusable=True) -> str:
        """Have Facebook keep an attachment; returns its id, good for 90 days and for this Page alone."""
        body = {"message": {"attachment": {"type": kind, "payload": _payload(url, None, file, is_reusable)}}}
        return self._post_message("me/message_attachments", "attachment_id", body, file, filename)

    def upload_image(self, url=None, **options) -> str:
        """As `upload_attachment`."""
        return self.upload_attachment("image", url, **options)

    def upload_audio(self, url=None, **options) -> str:
        """As `upload_attachment`."""
        return self.upload_attachment("audio", url, **options)

    def upload_video(self, url=None, **options) -> str:
        """As `upload_attachment`."""
        return self.upload_attachment("video", url, **options)

    def upload_file(self, url=None, **options) -> str:
        """As `upload_attachment`."""
        return self.upload_attachment("file", url, **options)


def _payload(url, attachment_id, file, is_reusable):
    if sum(source is not None for source in (url, attachment_id, file)) != 1:
        raise ValueError("An attachment has exactly one of url, attachment_id and file.")
    return given(url=url, attachment_id=attachment_id, is_reusable=is_reusable)
