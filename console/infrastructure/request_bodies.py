"""Receive the body of each request on the event loop, before it takes one of the few threads for Django's views.

A client that stalls holds a connection here, and no thread. Each kind of address has limits for its bodies. Each body
has a deadline that moves on while it arrives, and lies in a temporary file beyond 64 KiB. When too many bodies are
arriving, the oldest is dropped: an honest one is complete within milliseconds, so it is hardly ever the oldest. Large
files take longer, so their limits are for agents alone, and no stranger can push them out.
"""

import asyncio
import json
import logging
import math
import re
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections
from django.utils.translation import gettext as _
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse

from console.infrastructure.http_connection import EXTENSION
from console.infrastructure.sessions import agent_of
from console.infrastructure.uploads import FILE_BYTES, MOST_FILES

MIB = 1024 * 1024  # bytes
IN_MEMORY = PIECE = 64 * 1024  # bytes
PATIENCE = 10  # s for a body, and 10 s more …
LEAST = 80 * 1024  # … each time that this many bytes have arrived: 8 KiB/s
LINGER = 2  # s in which a refused client may go on sending: many clients read the answer only afterwards
RETRY_AFTER = 5  # s

logger = logging.getLogger(__name__)


class BodyRefused(Exception):
    """A body is not accepted. The answer has this status and this sentence."""

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Limits:
    """The limits of one kind of address, and the bodies that count towards them.

    most: bytes in one body; bodies: how many may arrive at the same time; together: bytes in all of them.
    """

    def __init__(self, path, most, bodies=128, together=64 * MIB, is_for_agents=False, is_kept=True):
        self.path, self.most, self.bodies, self.together = re.compile(path), most, bodies, together
        self.is_for_agents, self.is_kept = is_for_agents, is_kept
        self.size = 0
        self._arriving = {}  # {timeout: body}, the oldest first

    def check(self, size):
        """Refuse a body that is too long."""
        if size > self.most:
            most = self.most // MIB
            raise BodyRefused(413, _("The request is too large: the limit here is %(most)s MiB.") % {"most": most})

    @contextmanager
    def count(self, body, timeout):
        """Count a body that is arriving. A body is dropped by ending its timeout early."""
        self._arriving[timeout] = body
        if len(self._arriving) > self.bodies:
            self._drop_oldest()
        try:
            yield
        finally:
            self._arriving.pop(timeout, None)

    def add(self, size):
        self.size += size
        while self.size > self.together and self._arriving:
            self._drop_oldest()

    def _drop_oldest(self):
        timeout = next(iter(self._arriving))
        self._arriving.pop(timeout).uncount()
        timeout.reschedule(asyncio.get_running_loop().time())


WITH_FILES = (
    r"/(conversations/\d+/(send|send-later|scheduled-replies/\d+|messages/\d+/save-as-canned-reply"
    r"|template|template/saved/(new|\d+/edit))"
    r"|canned-replies/(new|\d+))/$"
)
COMMON = Limits(r"", MIB)
# For clients that are not logged in, such as an agent whose session has just ended: the body is read and dropped, and
# Django redirects to the log-in page.
STRANGERS = Limits(r"", MOST_FILES * FILE_BYTES + MIB, together=math.inf, is_kept=False)
LIMITS = [
    Limits(r"/webhooks/messenger/?$", settings.MAX_WEBHOOK_BYTES),
    Limits(r"/privacy/deletion/$", MIB, bodies=16),
    Limits(WITH_FILES, STRANGERS.most, together=1024 * MIB, is_for_agents=True),
    Limits(r"/(admin/|profile/$)", settings.MAX_PICTURE_BYTES + MIB, together=256 * MIB, is_for_agents=True),
    COMMON,
]


async def limits_for(scope, headers):
    """Return the limits for this body. Sessions are looked up only for bodies that may take long."""
    limits = next(limits for limits in LIMITS if limits.path.match(scope["path"]))
    size = _declared(headers)
    limits.check(size)
    is_short = "content-length" in headers and size <= IN_MEMORY
    if not limits.is_for_agents or (not is_short and await _is_logged_in(Request(scope).cookies)):
        return limits
    return COMMON if size <= COMMON.most else STRANGERS


@sync_to_async
def _is_logged_in(cookies):
    try:
        return agent_of(cookies).is_authenticated
    finally:
        close_old_connections()


class Body:
    """A request body. Its bytes count towards its limits until the request is answered."""

    def __init__(self, limits, file):
        self.limits, self.file, self.size = limits, file, 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.uncount()

    def uncount(self):
        self.limits.size -= self.size
        self.size = 0

    async def fill(self, receive):
        try:
            async with asyncio.timeout(None) as timeout:
                with self.limits.count(self, timeout):
                    await self._fill_in_time(receive)
        except TimeoutError:
            raise BodyRefused(503, _("Too many requests are arriving: try again in a few seconds.")) from None
        except OSError as error:
            logger.warning("The body of a request could not be stored: %s", error)
            raise BodyRefused(503, _("The request could not be stored: try again later.")) from None

    async def _fill_in_time(self, receive):
        enough = LEAST
        try:
            async with asyncio.timeout(PATIENCE) as deadline:
                while await self._add(receive):
                    if self.size >= enough:
                        enough = self.size + LEAST
                        deadline.reschedule(asyncio.get_running_loop().time() + PATIENCE)
        except TimeoutError:
            raise BodyRefused(408, _("The request did not arrive in time: send it again.")) from None

    async def _add(self, receive):
        """Receive one piece; return whether there are more."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece = message["body"]
        self.size += len(piece)
        self.limits.add(len(piece))
        self.limits.check(self.size)
        if self.limits.is_kept:
            self.file.write(piece)
        return message["more_body"]

    def replay(self, receive):
        """Return an ASGI `receive` that yields the stored body and then the client's further messages."""
        self.file.seek(0)
        messages = self._messages()

        async def receive_again():
            return next(messages, None) or await receive()

        return receive_again

    def _messages(self):
        while piece := self.file.read(PIECE):
            yield {"type": "http.request", "body": piece, "more_body": True}
        yield {"type": "http.request", "body": b"", "more_body": False}


class ReceivedBodies:
    """ASGI middleware that passes on a request when its whole body has been received.

    Starlette offers no other way: a middleware that gets a Request can read its body, but only into memory.
    """

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not _has_body(headers := Headers(scope=scope)):
            return await self.app(scope, receive, send)
        try:
            limits = await limits_for(scope, headers)
            if limits.is_for_agents:
                scope["extensions"][EXTENSION].wait_no_longer()
            with SpooledTemporaryFile(IN_MEMORY) as file, Body(limits, file) as body:
                await body.fill(receive)
                await self.app(scope, body.replay(receive), send)
        except BodyRefused as refused:
            await _answer(refused, scope)(scope, receive, send)
        except ClientDisconnect:
            return


def _has_body(headers):
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _declared(headers):
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _answer(refused, scope):
    is_api = scope["path"].startswith("/api/")
    content = json.dumps({"detail": refused.sentence}) if is_api else refused.sentence
    headers = {"Content-Length": str(len(content.encode())), "Connection": "close"}
    if refused.status == 503:
        headers["Retry-After"] = str(RETRY_AFTER)
    media_type = "application/json" if is_api else "text/plain"
    return StreamingResponse(_send_and_linger(content), refused.status, headers, media_type)


async def _send_and_linger(content):
    """Yield the answer and keep the connection open a little: Starlette drops what the client still sends."""
    yield content
    await asyncio.sleep(LINGER)
