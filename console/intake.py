"""Where Facebook tells us what happened: verify the raw bytes, store, say 200, read later.

It stands beside Django, on the event loop, so that no page and no stream stands before it. Bodies that come while one
INSERT is being written gather for the next: each is answered once its own is on disk, and a disk takes as long to
confirm fifty as one. Facebook gives us five seconds, and tells again what is not answered 200.
https://developers.facebook.com/docs/messenger-platform/webhooks
"""

import asyncio
import logging

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError, connection

from console.models import Arrival
from messenger import events, signature

PATHS = ["/webhooks/messenger", "/webhooks/messenger/"]
AT_ONCE = 100  # bodies in one INSERT

logger = logging.getLogger(__name__)


async def intake(scope, receive, send):
    """ASGI: one webhook body."""
    try:
        body = await _body(receive)
        status, text = judge(dict(scope["headers"]), body)
        if status == 200:
            await _writer.keep(body)
    except Exception:
        logger.exception("A webhook could not be stored; Facebook will tell it again")
        status, text = 500, b"It could not be stored: tell it again."
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


async def _body(receive):
    """Up to one byte more than is taken."""
    body, is_over = b"", False
    while not is_over and len(body) <= settings.MAX_WEBHOOK_BYTES:
        message = await receive()
        body += message.get("body", b"")
        is_over = not message.get("more_body")
    return body


def judge(headers, body):
    """The answer to it, once it is on disk if that is 200."""
    if len(body) > settings.MAX_WEBHOOK_BYTES:
        return 413, b"The body is larger than 1 MiB."
    signed = headers.get(b"x-hub-signature-256", b"").decode("latin-1")
    if not signature.verify(body, signed, settings.FACEBOOK_APP_SECRET):
        logger.warning("A webhook came that FACEBOOK_APP_SECRET has not signed")
        return 403, b"The signature is not Facebook's."
    if not _is_readable(body):
        return 400, b"This is not a Page's webhook."
    return 200, b"EVENT_RECEIVED"


def _is_readable(body):
    try:
        body.decode()
        events.parse(body)
    except ValueError:
        return False
    return True


class Writer:
    """One INSERT at a time, for all who wait."""

    def __init__(self):
        self._waiting = []
        self._task = None

    async def keep(self, body):
        """Return once it is on disk."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((body, written))
        if self._task is None:
            self._task = asyncio.create_task(self._write())
        await written

    async def _write(self):
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                await self._write_together(batch)
        finally:
            self._task = None

    async def _write_together(self, batch):
        try:
            await _store([body for body, _written in batch])
        except Exception as error:
            for _body, written in batch:
                written.cancelled() or written.set_exception(error)
        else:
            for _body, written in batch:
                written.cancelled() or written.set_result(None)


@sync_to_async
def _store(bodies):
    """Twice where the connection was dead, as after a restart of the database: what is there already stays one."""
    try:
        Arrival.objects.store(*bodies)
    except OperationalError:
        connection.close()
        Arrival.objects.store(*bodies)


_writer = Writer()
