"""An attachment of a message. Facebook's address for it expires, so a copy is kept; the message never waits for it."""

import logging
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from console import tasks
from console.infrastructure import downloads, heic
from console.infrastructure.stored_file import StoredFile, StoredFileQuerySet
from console.wording import attachments, cards
from console.wording.stored import in_source_language
from messenger import events
from personas.files import SHOWN
from personas.models import DiscardedFile
from personas.models.retry import Retryable, ScheduledQuerySet
from personas.resource_shortage import is_resource_shortage

LONGEST_NAME = 150  # characters
LONGEST_ENDING = 10  # characters of them
NO_LONGER_KEPT = gettext_noop("The file was deleted: here, files are kept for a limited time.")
NOT_KEPT = gettext_noop("The console could not keep the file. An admin finds the reason in its log.")
PAUSE = timedelta(minutes=2)  # longer than a download takes, so that no two workers fetch the same file

logger = logging.getLogger(__name__)


def later():
    return timezone.now() + PAUSE


class AttachmentQuerySet(StoredFileQuerySet, ScheduledQuerySet):
    def from_event(self, part):
        """Return unsaved attachments for one of an event of Facebook's: itself, and the pictures of its cards."""
        payload = None if part.kind in FILES else events.to_json(part.payload)
        pictures = self.pictures_of(payload) if part.kind == "template" else []
        return [self.model(kind=part.kind[:40], url=part.url, title=part.title, payload=payload), *pictures]

    def pictures_of(self, template):
        """Return unsaved attachments for the pictures of its cards."""
        pictures = cards.picture_addresses(template)
        return [self.model(kind="image", url=url, card=number) for number, url in pictures.items()]

    def replace_template(self, message, template):
        """Replace the template of the message and the pictures of its cards. A file that is sent beside it stays."""
        message.attachments.exclude(url="", card=0).discard()
        for attachment in [self.model(kind="template", payload=template), *self.pictures_of(template)]:
            attachment.message = message
            attachment.save()
            attachment.fetch_later()

    def unfetched(self):
        """Filter to files whose download should be over by now."""
        return self.due().filter(UNFETCHED)

    def discard(self):
        """Delete the rows, and their files after the commit. A worker that downloads one finds its row deleted."""
        DiscardedFile.objects.discard(*[attachment.file.name for attachment in self.select_for_update()])
        self.all().delete()

    @transaction.atomic
    def delete_files(self):
        """Delete our copies, after the commit, and keep the rows, which say so; return the number of files."""
        rows = list(self.select_for_update(skip_locked=True, of=("self",)).select_related("message__conversation"))
        DiscardedFile.objects.discard(*[row.file.name for row in rows])
        gone = {"file": "", "media_type": "", "size": None, "url": "", "error": NO_LONGER_KEPT}
        self.model.objects.filter(pk__in=[row.pk for row in rows]).update(**gone)
        for message in {row.message for row in rows}:
            message.conversation.touch(message)
        return len(rows)

    def fetch_later(self):
        for attachment in self:
            attachment.fetch_later()

    def fetch(self):
        """Fetch the attachments that still exist: a message may have been unsent meanwhile."""
        for attachment in self:
            attachment.fetch()


FILES = ["image", "audio", "video", "file", "sticker"]  # the rest are links, templates and places
UNFETCHED = models.Q(kind__in=FILES, file="", error="")


class Attachment(StoredFile, Retryable):
    FILES = FILES
    MAX_ATTEMPTS = 5
    uploaded: Any = None  # the UploadedFile by whose id it is sent

    message = models.ForeignKey("console.Message", models.CASCADE, related_name="attachments")
    url = models.TextField(_("address"), blank=True)
    payload = models.JSONField(null=True, editable=False)  # as it came, unless it is a file
    card = models.PositiveSmallIntegerField(null=True, editable=False)  # of a template, if it is the picture of one
    tapped = models.JSONField(  # numbers of its buttons that the customer tapped
        default=list, db_default=models.Value([], models.JSONField()), editable=False
    )
    next_attempt_at = models.DateTimeField(default=later, editable=False)

    objects: ClassVar[Any] = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        indexes = [models.Index(fields=["next_attempt_at"], condition=UNFETCHED, name="attachment_unfetched")]

    def __str__(self):
        return self.title or self.kind

    @property
    def is_file(self):
        return self.kind in self.FILES

    @property
    def shown_as(self):
        """The HTML element that shows our copy: image, audio or video, or "". A film may contain only sound."""
        found = self.media_type.split("/")[0] if self.media_type in SHOWN else ""
        return "audio" if (found, self.kind) == ("video", "audio") else found

    @property
    def file_name(self):
        """The name that its sender gave it, if that is known.

        It is used to show and save the file, and for nothing else.
        """
        name = self.title or _last_part(self.url)
        name = "".join(letter for letter in name if letter.isprintable() and letter not in "/\\")
        ending = PurePosixPath(name).suffix[:LONGEST_ENDING]
        return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - len(ending)] + ending

    @property
    def content(self):
        """The text of an attachment that is no file."""
        return attachments.content_of(self.kind, self.title, self.payload, self.web_address)

    @property
    def words(self):
        """The attachment in one line, where there is no room for more."""
        name = self.file_name if self.kind == "file" else "" if self.is_file else self.title
        return attachments.in_short(self.kind, name, self.payload, "" if self.is_file else self.web_address)

    @property
    def stored_words(self):
        """Return its words in the language in which the last words of a conversation are stored."""
        with in_source_language():
            return self.words

    def button_of(self, message):
        """Return the number of the button whose tap is this message, or None."""
        return cards.button_of(self.kind, self.payload, message.payload, message.text)

    @property
    def kind_name(self):
        return attachments.kind_name(self.kind)

    @property
    def web_address(self):
        """Return the address if a browser may follow it, else an empty string."""
        return self.url if self.url.startswith(("https://", "http://")) else ""

    def send(self, client, psid, **options):
        """Send the attachment as a message of its own; return Facebook's id of the message."""
        if self.uploaded:
            return client.send_attachment(psid, self.kind, attachment_id=self.uploaded.attachment_id, **options)
        with self.file.open("rb") as file:
            return client.send_attachment(psid, self.kind, file=file.file, filename=self.file_name, **options)

    def upload(self, client):
        """Upload our copy, which is open, to be sent by the id that is returned."""
        return client.upload_attachment(self.kind, file=self.file.file, filename=self.file_name)

    def send_template(self, client, psid, file=None, **options):
        """Send the template as a message of its own. The picture or video of its only card is uploaded first."""
        payload = self.payload
        if file:
            attachment_id = file.uploaded.attachment_id if file.uploaded else file.upload(client)
            payload = payload | {"elements": [payload["elements"][0] | {"attachment_id": attachment_id}]}
        return client.send_template(psid, payload, **options)

    def open_copy(self):
        """Open our copy, which may take its time; return whether it is still there."""
        try:
            self.file.open()
        except FileNotFoundError:
            return False
        return True

    def note_gone(self):
        """Show in the thread that our copy is gone. The storage was asked and does not have it."""
        if self.row.exclude(media_type="").update(media_type=""):
            self.message.conversation.touch(self.message)

    def fetch_later(self):
        if self.is_file:
            self.row.postpone(later())
            transaction.on_commit(lambda: tasks.fetch_attachment.delay(self.pk), robust=True)

    def fetch(self):
        if self.file or self.error:
            return
        try:
            self._store_shown(downloads.fetch(self.url))
        except (downloads.DownloadError, OSError, MemoryError) as error:
            if is_resource_shortage(error):  # not an error of the file: the sweep tries again
                return logger.warning("Attachment %s has to wait: %s", self.pk, error)
            self.attempts += 1
            if not (getattr(error, "is_passing", True) and self.has_attempts_left):
                self.error = str(error) if isinstance(error, downloads.DownloadError) else NOT_KEPT
        self._keep()

    def _store_shown(self, content):
        """Store our copy of a download, in a format that browsers show."""
        if jpeg := heic.as_jpeg(content):
            self.title = f"{PurePosixPath(self.file_name).stem}.jpg"
        self.store(jpeg or content)

    def _keep(self):
        """Write the outcome, unless the message was unsent during the download."""
        copy = {"file": self.file.name, "media_type": self.media_type, "size": self.size}
        outcome = copy | {"title": self.title, "error": self.error, "attempts": self.attempts}
        if self.row.update(**outcome):
            self.message.conversation.touch(self.message)
        else:
            DiscardedFile.objects.discard(self.file.name)


def words_of_all(attachments):
    """Return the words of attachments in one line. Pictures of cards add none."""
    return ", ".join(attachment.words for attachment in attachments if attachment.card is None)


def _last_part(url):
    try:
        return unquote(PurePosixPath(urlsplit(url).path).name)
    except ValueError:  # it is no address
        return ""
