"""A file that was sent to customers of a Page. The second time it is uploaded, and from then on sent by its id.

https://developers.facebook.com/docs/messenger-platform/send-messages/saving-assets
"""

import logging
from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from messenger import GraphError
from personas.models.retry import Row

KEPT = timedelta(days=90)  # at Facebook
LASTS = KEPT - timedelta(days=1)  # for which the id is used

logger = logging.getLogger(__name__)


class UploadedFileQuerySet(models.QuerySet):
    def of(self, page, file):
        """Return the row of a file that was sent on this Page before. The first time, note the file and return None."""
        if not file.digest:
            return None
        found, is_new = self.get_or_create(page=page, digest=file.digest, kind=file.kind)
        return None if is_new else found

    def outdated(self):
        return self.filter(at__lt=timezone.now() - KEPT)


class UploadedFile(Row):
    page = models.ForeignKey("personas.Page", models.CASCADE, related_name="uploaded_files", db_index=False)
    digest = models.CharField(max_length=64)  # SHA-256 of its bytes
    kind = models.CharField(max_length=10)
    attachment_id = models.TextField(blank=True)  # empty before it is uploaded
    at = models.DateTimeField(default=timezone.now)  # when it was uploaded, or first sent

    objects: ClassVar[Any] = UploadedFileQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "digest", "kind"], name="one_upload_per_page_and_file")]

    def __str__(self):
        return self.attachment_id or self.digest

    @property
    def is_usable(self):
        return bool(self.attachment_id) and timezone.now() - self.at < LASTS

    def upload(self, client, file):
        """Upload the file. If that fails, nothing is lost: the message is sent with the content of the file."""
        try:
            attachment_id = file.upload(client)
        except GraphError as error:
            logger.warning("A file cannot be uploaded to be sent again: %s", error)
        else:
            self.attachment_id, self.at = attachment_id, timezone.now()
            self.row.update(attachment_id=self.attachment_id, at=self.at)

    def forget(self):
        """Forget the id, which Facebook does not accept any more."""
        self.row.filter(attachment_id=self.attachment_id).update(attachment_id="")
