"""The webhook endpoint: verify the raw bytes, store them, answer 200, and process them later.

It runs on the event loop beside Django, so that it never waits for a page or a stream. Bodies that arrive during one
INSERT are stored together by the next: a disk confirms fifty rows as fast as one. Each is answered once it is stored.
Facebook waits five seconds, and sends a webhook again if the answer is not 200.
https://developers.facebook.com/docs/messenger-platform/webhooks
"""

import asyncio
import logging
from contextvars import Context

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError, connection
from starlette.responses import PlainTextResponse

from console.metrics import counters
from console.models import InboundWebhook
from messenger import events, webhook_signature

PATHS = ["/webhooks/messenger", "/webhooks/messenger/"]
MAX_BATCH = 100  # bodies in one INSERT

logger = logging.getLogger(__name__)


async def receive_webhook(request):
    """Answer one webhook body."""
    body = await request.body()
    try:
        status, text = verify(request.headers, body)
        if status == 200:
            await _writer.store(body)
    except Exception:
        logger.exception("A webhook could not be stored; Facebook will send it again")
        status, text = 500, "The webhook could not be stored: send it again."
    return PlainTextResponse(text, status)


def verify(headers, body):
    """Return the status and the text of the answer. A body with status 200 must be stored before it is answered."""
    signed = headers.get("x-hub-signature-256", "")
    if not webhook_signature.verify(body, signed, settings.FACEBOOK_APP_SECRET):
        logger.warning("A webhook came that FACEBOOK_APP_SECRET has not signed")
        return 403, "The signature is not Facebook's."
    if not _is_webhook(body):
        return 400, "The body is not a webhook."
    return 200, "EVENT_RECEIVED"


def _is_webhook(body):
    """Return whether the body can be stored and processed. Only the processor parses its events."""
    try:
        events.load(body)
    except ValueError:
        return False
    return True


class Writer:
    """A writer of bodies: it stores those that wait together by one INSERT."""

    def __init__(self):
        self._waiting = []
        self._task = None

    async def store(self, body):
        """Store a body; return when it is on disk."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((body, written))
        if self._task is None:
            self._task = asyncio.create_task(self._write(), context=Context())  # for others too
        await written

    async def _write(self):
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
                await self._write_batch(batch)
        finally:
            self._task = None

    async def _write_batch(self, batch):
        try:
            await _insert([body for body, _written in batch])
        except Exception as error:
            for _body, written in batch:
                written.cancelled() or written.set_exception(error)
        else:
            counters.add("webhooks_received", amount=len(batch))
            for _body, written in batch:
                written.cancelled() or written.set_result(None)


@sync_to_async
def _insert(bodies):
    """Store bodies; try again with a new connection if the database was restarted. A body is never stored twice."""
    try:
        InboundWebhook.objects.store(*bodies)
    except OperationalError:
        connection.close()
        InboundWebhook.objects.store(*bodies)


_writer = Writer()
