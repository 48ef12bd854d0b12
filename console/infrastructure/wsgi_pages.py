"""Django's views in a pool of threads, none of which waits for a client: bodies.py has received the body before, and
the event loop reads and sends files, while the thread serves another request.
"""

import asyncio
import os
from io import BufferedReader, UnsupportedOperation

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import WSGIResponder

THREADS = 16
PIECE = 64 * 1024  # bytes


class Pages(WSGIMiddleware):
    def __init__(self, app):
        super().__init__(app, workers=THREADS)

    async def __call__(self, scope, receive, send):
        await Responder(self.app, self.executor, self.send_queue_size)(scope, receive, send)


class Responder(WSGIResponder):
    def wsgi(self, environ, start_response):
        environ.pop("HTTP_RANGE", None)  # WhiteNoise's part of a file has no fileno: the thread itself would send it
        environ["wsgi.file_wrapper"] = Wrapper
        super().wsgi(environ, start_response)

    async def sender(self, send):
        while message := await self.send_queue.get():
            async for part in _parts(message):
                await send(part)


class Wrapper:
    """The file of a response, as one piece: the open file itself. A file in memory is yielded in many pieces."""

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
