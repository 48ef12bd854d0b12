"""A minimal stand-in for Facebook: it answers every call after 50 ms and records when each text came."""

import asyncio
import itertools
import json
import threading
import time

DELAY = 0.05  # s until Facebook answers


class Graph:
    """A Graph API in a thread of its own. `came`: the moment at which each text was received."""

    delay = DELAY

    def __init__(self, port):
        self.port = port
        self.came = {}
        self.on_text = None  # called with the PSID, mid and idempotency key of each text that it takes
        self._numbers = itertools.count(1)

    def __enter__(self):
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        listening = self._loop.create_server(lambda: _Caller(self), "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        return self

    def __exit__(self, *exception):
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def run(self, work):
        """Run a coroutine in its thread; return its future."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, function):
        """Call a function in its thread."""
        self._loop.call_soon_threadsafe(function)

    def answer(self, body):
        number = next(self._numbers)
        mid = f"m_bench{number}"
        if b'"message"' in body:
            parsed = json.loads(body)
            self.came.setdefault(parsed["message"].get("text"), time.monotonic())
            if self.on_text:
                self.on_text(parsed["recipient"]["id"], mid, parsed["message"].get("metadata"))
        return {"id": f"{number}", "recipient_id": "1", "message_id": mid, "data": []}


class _Caller(asyncio.Protocol):
    def __init__(self, graph):
        self._graph = graph
        self._received = b""

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            self._received = b""
            answer = json.dumps(self._graph.answer(body)).encode()
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
            asyncio.get_running_loop().call_later(self._graph.delay, self._transport.write, head + answer)


def _length(head):
    _before, found, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n", 1)[0]) if found else 0
