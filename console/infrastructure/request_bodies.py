"""Receive the body of each request on the event loop, before one of the few threads for Django's views is used.

A client that stalls holds a place here, and no thread. Each address has a limit for its bodies. Each body has a
deadline that moves on while it arrives, and lies in a temporary file beyond 64 KiB. When a room is full, the oldest
body in it is dropped: an honest one is complete within milliseconds, so it is hardly ever the oldest. Large files take
longer, so they have rooms for agents alone, from which no stranger can push them out.
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

from console.infrastructure.uploads import FILE_BYTES, MOST_FILES
from console.sessions import agent_of

MIB = 1024 * 1024  # bytes
IN_MEMORY = PIECE = 64 * 1024  # bytes
PATIENCE = 10  # s for a body, and 10 s more …
LEAST = 80 * 1024  # … each time that this many bytes have arrived: 8 KiB/s
LINGER = 2  # s in which a refused client may go on sending: many clients read the answer only afterwards
RETRY_AFTER = 5  # s

logger = logging.getLogger(__name__)


class Refused(Exception):
    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Room:
    """The limits of one kind of address: bytes in one body, bodies at once, and bytes in all of them together."""

    def __init__(self, path, most, bodies=128, together=64 * MIB, is_for_agents=False, is_kept=True):
        self.path, self.most, self.bodies, self.together = re.compile(path), most, bodies, together
        self.is_for_agents, self.is_kept = is_for_agents, is_kept
        self.size = 0
        self._places = {}  # the bodies on their way, the oldest first

    def check(self, size):
        """Refuse a body that is too long."""
        if size > self.most:
            most = self.most // MIB
            raise Refused(413, _("The request is larger than the %(most)s MiB that are taken here.") % {"most": most})

    @contextmanager
    def keep(self, place, body):
        self._places[place] = body
        if len(self._places) > self.bodies:
            self._empty_first()
        try:
            yield
        finally:
            self._places.pop(place, None)

    def add(self, size):
        self.size += size
        while self.size > self.together and self._places:
            self._empty_first()

    def _empty_first(self):
        place = next(iter(self._places))
        self._places.pop(place).leave()
        place.reschedule(asyncio.get_running_loop().time())


COMMON = Room(r"", MIB)
# For clients that are not logged in, such as an agent whose session has just ended: the body is read and dropped, and
# Django redirects to the log-in page.
STRANGERS = Room(r"", MOST_FILES * FILE_BYTES + MIB, together=math.inf, is_kept=False)
ROOMS = [
    Room(r"/webhooks/messenger/?$", settings.MAX_WEBHOOK_BYTES),
    Room(r"/conversations/\d+/send/$", STRANGERS.most, together=1024 * MIB, is_for_agents=True),
    Room(r"/admin/", settings.MAX_PICTURE_BYTES + MIB, together=256 * MIB, is_for_agents=True),
    COMMON,
]


async def room_for(scope, headers):
    """Return the room for this body. Sessions are looked up only for bodies that may take long."""
    room = next(room for room in ROOMS if room.path.match(scope["path"]))
    size = _declared(headers)
    room.check(size)
    is_short = "content-length" in headers and size <= IN_MEMORY
    if not room.is_for_agents or (not is_short and await _is_logged_in(Request(scope).cookies)):
        return room
    return COMMON if size <= COMMON.most else STRANGERS


@sync_to_async
def _is_logged_in(cookies):
    try:
        return agent_of(cookies).is_authenticated
    finally:
        close_old_connections()


class Body:
    """A request body. Its bytes count in its room until the request is answered."""

    def __init__(self, room, file):
        self.room, self.file, self.size = room, file, 0

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.leave()

    def leave(self):
        self.room.size -= self.size
        self.size = 0

    async def fill(self, receive):
        try:
            async with asyncio.timeout(None) as place:
                with self.room.keep(place, self):
                    await self._fill_in_time(receive)
        except TimeoutError:
            raise _full() from None
        except OSError as error:
            logger.warning("The body of a request could not be kept: %s", error)
            raise Refused(503, _("The console has no room for this just now: try again later.")) from None

    async def _fill_in_time(self, receive):
        enough = LEAST
        try:
            async with asyncio.timeout(PATIENCE) as deadline:
                while await self._add(receive):
                    if self.size >= enough:
                        enough = self.size + LEAST
                        deadline.reschedule(asyncio.get_running_loop().time() + PATIENCE)
        except TimeoutError:
            raise Refused(408, _("The request did not arrive in time: send it again.")) from None

    async def _add(self, receive):
        """Receive one piece; return whether there are more."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece = message["body"]
        self.size += len(piece)
        self.room.add(len(piece))
        self.room.check(self.size)
        if self.room.is_kept:
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
    """ASGI middleware that passes on a request when its whole body has been received."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http" or not _has_body(headers := Headers(scope=scope)):
            return await self.app(scope, receive, send)
        try:
            room = await room_for(scope, headers)
            with SpooledTemporaryFile(IN_MEMORY) as file, Body(room, file) as body:
                await body.fill(receive)
                await self.app(scope, body.replay(receive), send)
        except Refused as refused:
            await _answer(refused, scope)(scope, receive, send)
        except ClientDisconnect:
            return


def _has_body(headers):
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


def _declared(headers):
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _full():
    return Refused(503, _("Too much arrives at once: try again in a few seconds."))


def _answer(refused, scope):
    is_api = scope["path"].startswith("/api/")
    content = json.dumps({"detail": refused.sentence}) if is_api else refused.sentence
    headers = {"Content-Length": str(len(content.encode())), "Connection": "close"}
    if refused.status == 503:
        headers["Retry-After"] = str(RETRY_AFTER)
    media_type = "application/json" if is_api else "text/plain"
    return StreamingResponse(_say_and_linger(content), refused.status, headers, media_type)


async def _say_and_linger(content):
    """Yield the answer and keep the connection open a little: Starlette drops what the client still sends."""
    yield content
    await asyncio.sleep(LINGER)
