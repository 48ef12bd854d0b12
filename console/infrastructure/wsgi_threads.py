"""Django's WSGI application in a pool of threads, none of which waits for a client.

request_bodies.py has received the whole body before a thread begins. The event loop reads and sends files while the
thread serves the next request. A thread that handed over each part of an answer by itself, as a2wsgi's do, would wait
three times until the event loop has its turn.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from io import BufferedReader, UnsupportedOperation

from a2wsgi.wsgi import Body, build_environ

THREADS = 8  # more of them would mostly wait for Python's lock, and each switch between them takes processor time
PIECE = 64 * 1024  # bytes that the event loop reads at once


class WSGIThreads:
    def __init__(self, app):
        self._app, self._threads = app, ThreadPoolExecutor(THREADS, thread_name_prefix="WSGI")

    async def __call__(self, scope, receive, send):
        loop = asyncio.get_running_loop()
        environ = build_environ(scope, Body(loop, receive))
        environ.pop("HTTP_RANGE", None)  # WhiteNoise's part of a file has no fileno: the thread itself would send it
        environ["wsgi.file_wrapper"] = OpenFile
        answer = Answer(lambda parts: asyncio.run_coroutine_threadsafe(_send(parts, send), loop).result())
        await loop.run_in_executor(self._threads, copy_context().run, answer.make, self._app, environ)
        await _send([*answer.parts, {"type": "http.response.body"}], send)


class Answer:
    """The answer of a WSGI application. parts: its ASGI messages that are still to be sent.

    Of an answer in many pieces, such as a file in the storage of S3, each goes out while the thread makes the next.
    """

    def __init__(self, send):
        self._send, self.parts = send, []

    def make(self, app, environ):
        with closing(app(environ, self._start)) as pieces:
            for piece in pieces:
                if "body" in self.parts[-1]:
                    self._flush()
                self.parts.append(_body(piece))

    def _start(self, status, headers, _error=None):
        encoded = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
        self.parts = [{"type": "http.response.start", "status": int(status.partition(" ")[0]), "headers": encoded}]

    def _flush(self):
        parts, self.parts = self.parts, []
        self._send(parts)


class OpenFile:
    """The file of a response. It yields the open file itself, and a file in memory in pieces."""

    def __init__(self, file, block_size):
        self.file = file

    def __iter__(self):
        try:
            yield os.fdopen(os.dup(self.file.fileno()), "rb")  # closed after it was sent, in _send_file
        except (AttributeError, UnsupportedOperation):
            yield from iter(lambda: self.file.read(PIECE), b"")

    def close(self):
        self.file.close()


async def _send(parts, send):
    for part in parts:
        if isinstance(part.get("body"), BufferedReader):
            await _send_file(part["body"], send)
        else:
            await send(part)


async def _send_file(file, send):
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE):
            await send(_body(piece))


def _body(piece):
    return {"type": "http.response.body", "body": piece, "more_body": True}
