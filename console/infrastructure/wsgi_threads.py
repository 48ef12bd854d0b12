"""Django's WSGI application in a pool of threads, none of which waits for a client.

request_bodies.py has received the whole body before a thread begins. The event loop reads and sends files while the
thread serves the next request.
"""

import asyncio
import os
from io import BufferedReader, UnsupportedOperation

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import WSGIResponder

THREADS = 8  # more of them would mostly wait for Python's lock, and each switch between them takes processor time
PIECE = 64 * 1024  # bytes that the event loop reads at once


class WSGIThreads(WSGIMiddleware):
    def __init__(self, app):
        super().__init__(app, workers=THREADS)

    async def __call__(self, scope, receive, send):
        await FileResponder(self.app, self.executor, self.send_queue_size)(scope, receive, send)


class FileResponder(WSGIResponder):
    def wsgi(self, environ, start_response):
        environ.pop("HTTP_RANGE", None)  # WhiteNoise's part of a file has no fileno: the thread itself would send it
        environ["wsgi.file_wrapper"] = OpenFile
        super().wsgi(environ, start_response)

    async def sender(self, send):
        while message := await self.send_queue.get():
            async for part in _parts(message):
                await send(part)


class OpenFile:
    """The file of a response. It yields the open file itself, and a file in memory in pieces."""

    def __init__(self, file, block_size):
        self.file = file

    def __iter__(self):
        try:
            yield os.fdopen(os.dup(self.file.fileno()), "rb")  # closed after it was sent, in _parts
        except (AttributeError, UnsupportedOperation):
            yield from iter(lambda: self.file.read(PIECE), b"")

    def close(self):
        self.file.close()


async def _parts(message):
    file = message.get("body")
    if not isinstance(file, BufferedReader):
        yield message
        return
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield message | {"body": piece}
