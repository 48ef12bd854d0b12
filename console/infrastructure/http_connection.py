"""A connection of the web server, with deadlines that uvicorn lacks: for receiving headers and for reading answers.

Without them, a thousand clients that send half a header, or read half an answer, would hold a thousand connections.
Uvicorn also has no limit for trailers: the event loop would copy an endless one for ever.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEADER_SECONDS = 10
HEADER_BYTES = 64 * 1024
READING_SECONDS = 10  # between two checks of how much of an answer a client has read
LEAST_READ = 10 * 1024  # bytes in that time: 1 KiB/s
EXTENSION = "console.connection"  # of the ASGI scope: the Connection
LAST_REQUEST_SECONDS = 0.5  # for a request that a proxy has just sent


class Connection(HttpToolsProtocol):
    """An HTTP connection that is aborted when its client is too slow."""

    is_endless = False  # whether its answer would go on for ever, so that a server that stops need not wait for its end
    _header_deadline = _reading_deadline = None
    _bytes_beside_body = 0  # of headers, trailers and chunk extensions

    def connection_made(self, transport):
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # pause_writing is called as soon as anything stays unread
        self._expect_headers()

    def connection_lost(self, error):
        self._cancel(self._header_deadline)
        self._cancel(self._reading_deadline)
        super().connection_lost(error)

    def shutdown(self):
        """Shut down a little later: if a request is on its way to a closed connection, the proxy answers 502."""
        if self.is_endless:
            self.transport.close()
        else:
            self.loop.call_later(LAST_REQUEST_SECONDS, super().shutdown)

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
        super().on_message_complete()

    def _expect_headers(self):
        self._cancel(self._header_deadline)
        self._header_deadline = self.loop.call_later(HEADER_SECONDS, self._abort)

    # Answers

    @property
    def has_unread_bytes(self):
        """Return whether the client has left bytes unread, more than the operating system takes for it."""
        return self.flow.write_paused

    def pause_writing(self):
        super().pause_writing()
        self._expect_reading()

    def resume_writing(self):
        self._reading_deadline = self._cancel(self._reading_deadline)
        super().resume_writing()

    def _expect_reading(self):
        unread = self.transport.get_write_buffer_size()
        self._reading_deadline = self.loop.call_later(READING_SECONDS, self._check_reading, unread)

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
