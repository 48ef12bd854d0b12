"""Files in a bucket of an S3-compatible server. Nothing in it is public: our views serve every file.

A server that hangs must not hold our threads. After a call without an answer, all calls fail at once for some seconds;
then one call finds out whether the server answers again.
"""

import shutil
import time
from contextlib import contextmanager
from tempfile import TemporaryFile

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from personas.resource_shortage import StorageUnavailable

CONNECT_TIMEOUT, READ_TIMEOUT = 2, 10  # s
ATTEMPTS = 2
REST = 5  # s after a call without an answer
SINGLE_CALL = 64 * 1024 * 1024  # bytes, more than any file has: each is sent in one call by the caller's thread
GONE = {"404", "NoSuchKey"}
# Other servers than Amazon's do not know the checksums that boto3 adds by default.
CHECKSUMS = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}
RETRIES = {"mode": "standard", "total_max_attempts": ATTEMPTS}
CLIENT = {"connect_timeout": CONNECT_TIMEOUT, "read_timeout": READ_TIMEOUT, "retries": RETRIES, **CHECKSUMS}


class S3Files(S3Storage):
    def __init__(self, **settings):
        super().__init__(
            client_config=Config(**CLIENT),
            transfer_config=TransferConfig(use_threads=False, multipart_threshold=SINGLE_CALL),
            object_parameters={"ContentType": "application/octet-stream"},  # never one that an uploader chose
            **settings,
        )
        self._rests_until = 0

    def url(self, name, *arguments, **options):
        """Return the name: there is no address at the server, not even a signed one, as our views serve every file.

        The admin's forms need a text.
        """
        return name

    def delete(self, name):
        with self._calling():
            super().delete(name)

    def exists(self, name):
        with self._calling():
            return super().exists(name)

    def _save(self, name, content):
        with self._calling():
            return super()._save(name, content)

    def _open(self, name, mode="rb"):
        """Fetch the whole file, so that an error comes now and not in the middle of an answer or of an upload."""
        content = TemporaryFile()  # noqa: SIM115  (the caller closes it)
        try:
            with self._calling():
                found = self.bucket.Object(self._normalize_name(name)).get()
                shutil.copyfileobj(found["Body"], content)
        except BaseException:
            content.close()
            raise
        content.seek(0)
        return File(content, name)

    @contextmanager
    def _calling(self):
        """Raise FileNotFoundError or StorageUnavailable in place of the errors of the client's libraries."""
        self._refuse_while_resting()
        try:
            yield
        except ClientError as error:
            self._rests_until = 0  # it has answered
            raise _translated(error) from error
        except BotoCoreError as error:
            self._rests_until = time.monotonic() + REST
            raise StorageUnavailable(f"The file storage does not answer: {error}") from error
        self._rests_until = 0

    def _refuse_while_resting(self):
        if time.monotonic() < self._rests_until:
            raise StorageUnavailable("The file storage did not answer a moment ago.")
        if self._rests_until:
            self._rests_until = time.monotonic() + REST  # the others wait for what this call finds


def _translated(error):
    if error.response.get("Error", {}).get("Code") in GONE:
        return FileNotFoundError(str(error))
    return StorageUnavailable(f"The file storage refuses a call: {error}")
