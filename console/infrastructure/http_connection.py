"""A connection of the web server, with deadlines that uvicorn lacks: for receiving headers and for reading answers.

Without them, a thousand clients that send half a header, or read half an answer, would hold a thousand connections.
Uvicorn also has no limit for trailers: the event loop would copy an endless one for ever.

Beyond --limit-concurrency uvicorn refuses everybody's requests, so strangers never get the last places: each new
connection then ends the connection that has waited longest for its client. An honest client answers within
milliseconds.
"""

import asyncio
import socket
from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10
HEADER_BYTES = 64 * 1024
READING_SECONDS = 10  # between two checks of how much of an answer a client has read
LEAST_READ = 10 * 1024  # bytes in that time: 1 KiB/s
EXTENSION = "console.connection"  # of the ASGI scope: the Connection
LAST_CHUNK = b"0\r\n\r\n"
SEND_BUFFER = 128 * 1024  # bytes that the operating system takes for an endless answer; otherwise up to 4 MiB
RESERVED = 1 / 8  # of all connections; the longest waiting make room before these are taken
LAST_REQUEST_SECONDS = 0.5  # for a request that a proxy has just sent


class Reading:
    """The deadline by which a client has to have read some of what was written to it."""

    __slots__ = ()
    transport: asyncio.Transport
    _reading_deadline: asyncio.TimerHandle | None

    def _expect_reading(self):
        unread = self.transport.get_write_buffer_size()
        loop = asyncio.get_running_loop()
        self._reading_deadline = loop.call_later(READING_SECONDS, self._check_reading, unread)

    def _check_reading(self, unread_before):
        if unread_before - self.transport.get_write_buffer_size() < LEAST_READ:
            self._abort()
        else:
            self._expect_reading()

    def _abort(self):
        """Abort the connection. Closing it would wait until the client has read the rest."""
        self.transport.abort()

    @staticmethod
    def _cancel(timer: asyncio.TimerHandle | None):
        if timer:
            timer.cancel()


class EndlessAnswer(Reading, asyncio.Protocol):
    """An answer without an end, on a connection of its own. It is written by chunks, see `chunk`.

    has_unread_bytes: whether the client has left bytes unread, more than the operating system takes for it.
    """

    __slots__ = ("_connections", "_on_end", "_reading_deadline", "has_unread_bytes", "transport")

    def __init__(self, connection, on_end):
        self.transport, self._connections, self._on_end = connection.transport, connection.connections, on_end
        self.has_unread_bytes, self._reading_deadline = connection.flow.write_paused, None
        self._connections.add(self)
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self.transport.set_protocol(self)

    def write(self, chunks):
        if not self.transport.is_closing():
            self.transport.write(chunks)

    def end(self):
        self.write(LAST_CHUNK)
        self.transport.close()

    def pause_writing(self):
        self.has_unread_bytes = True
        self._expect_reading()

    def resume_writing(self):
        self.has_unread_bytes = False
        self._reading_deadline = self._cancel(self._reading_deadline)

    def connection_lost(self, error):
        self._cancel(self._reading_deadline)
        self._connections.discard(self)
        self._on_end()

    def shutdown(self):
        """Close the connection at once, when the server stops."""
        self.transport.close()


def chunk(piece):
    """Return a piece of an answer whose length is not known, as HTTP/1.1 sends it."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


class Connection(Reading, HttpToolsProtocol):
    """An HTTP connection. It is aborted when its client is too slow."""

    _waiting: ClassVar[dict["Connection", None]] = {}  # for their clients to send or to read, the longest waiting first
    _header_deadline = _reading_deadline = None
    _bytes_beside_body = 0  # of headers, trailers and chunk extensions

    def connection_made(self, transport):
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # pause_writing is called as soon as anything stays unread
        self._expect_headers()
        self._make_room()

    def connection_lost(self, error):
        self._cancel(self._header_deadline)
        self._cancel(self._reading_deadline)
        self.wait_no_longer()
        super().connection_lost(error)

    def shutdown(self):
        """Shut down a little later: if a request is on its way to a closed connection, the proxy answers 502."""
        self.loop.call_later(LAST_REQUEST_SECONDS, super().shutdown)

    def hand_over(self, on_end):
        """Return an EndlessAnswer that has the connection from now on, after the headers of its answer were sent.

        Uvicorn's objects for a connection and a request take 10 KiB, which an idle stream does not need.
        """
        for timer in (self._header_deadline, self._reading_deadline, self.timeout_keep_alive_task):
            self._cancel(timer)
        self.wait_no_longer()
        self.cycle.disconnected = True  # for uvicorn the request is over
        self.connections.discard(self)
        answer = EndlessAnswer(self, on_end)
        self.parser = self.cycle = self.scope = None  # they refer to each other: otherwise they would stay for a while
        return answer

    # Room for others

    def wait_no_longer(self):
        """Exempt the connection from making room for others: nothing is expected of its client, or an agent uploads
        files.
        """
        self._waiting.pop(self, None)

    def _wait(self):
        self.wait_no_longer()
        self._waiting[self] = None

    def _make_room(self):
        if self.limit_concurrency and len(self.connections) > self.limit_concurrency * (1 - RESERVED):
            longest = next(iter(self._waiting))
            if longest is not self:
                longest.wait_no_longer()
                longest._abort()

    # Headers

    def data_received(self, data):
        self._bytes_beside_body += len(data)
        super().data_received(data)
        if self._bytes_beside_body > HEADER_BYTES:
            self._abort()

    def on_message_begin(self):
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self}
        self._expect_headers()

    def on_headers_complete(self):
        self._header_deadline = self._cancel(self._header_deadline)
        self._bytes_beside_body = 0
        super().on_headers_complete()

    def on_chunk_header(self):
        self._bytes_beside_body = 0

    def on_body(self, body):
        self._bytes_beside_body -= len(body)
        super().on_body(body)

    def on_message_complete(self):
        self._bytes_beside_body = 0
        self.wait_no_longer()
        super().on_message_complete()

    def on_response_complete(self):
        if not self.pipeline:  # requests that have come already
            self._wait()
        super().on_response_complete()

    def _expect_headers(self):
        self._wait()
        self._cancel(self._header_deadline)
        self._header_deadline = self.loop.call_later(HEADER_SECONDS, self._abort)

    # Answers

    def pause_writing(self):
        super().pause_writing()
        self._wait()
        self._expect_reading()

    def resume_writing(self):
        if not self.cycle.response_complete:  # otherwise it waits for another request
            self.wait_no_longer()
        self._reading_deadline = self._cancel(self._reading_deadline)
        super().resume_writing()
