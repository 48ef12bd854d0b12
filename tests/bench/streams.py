"""Open event streams of many browsers, and the moments of their events."""

import asyncio
import re
import time
from contextlib import asynccontextmanager
from functools import lru_cache

from tests.bench.cast import AGENTS

CHANGED = re.compile(rb'id="row-(\d+)"|^data: thread-(\d+)', re.MULTILINE)
ID = re.compile(rb"^data: stream (\w+)", re.MULTILINE)
HELLO = re.compile(rb"^data: hello ?([\d.]*)", re.MULTILINE)
PATIENCE = 30  # s for the hello of some streams
AT_ONCE = 20  # streams that are opened at the same time


class Streams:
    """Open event streams.

    rows: {key of a conversation: {number of a stream: the moment at which it first got this row}}. on_piece(number,
    name, key, moment): called for every row and every piece of a thread.
    """

    def __init__(self, on_piece=None):
        self.rows = {}
        self.greeted = set()
        self.transports = []
        self.ids, self.hellos = {}, {}  # by the number of a stream; a hello says when it was
        self.received = 0  # bytes
        self.on_piece = on_piece

    def receive(self, number, text, moment):
        self.received += len(text)
        if number not in self.greeted:
            self._learn(number, text)
        for name, key in _changed(text):
            if name == "row":
                self.rows.setdefault(key, {}).setdefault(number, moment)
            if self.on_piece:
                self.on_piece(number, name, key, text, moment)

    def _learn(self, number, text):
        if found := ID.search(text):
            self.ids[number] = found[1].decode()
        if found := HELLO.search(text):
            self.greeted.add(number)
            self.hellos[number] = found[1].decode()


@lru_cache(256)  # most streams get the same bytes, which are parsed once: this client uses the measured processor too
def _changed(text):
    return [("row", int(row)) if row else ("thread", int(thread)) for row, thread in CHANGED.findall(text)]


class Stream(asyncio.Protocol):
    """One browser's stream. It reads whole events."""

    def __init__(self, streams, number, question):
        self._streams, self._number, self._question = streams, number, question
        self._rest = b""

    def connection_made(self, transport):
        self._streams.transports.append(transport)
        transport.write(self._question)

    def data_received(self, data):
        moment = time.monotonic()
        whole, end, self._rest = (self._rest + data).rpartition(b"\n\n")
        if end:
            self._streams.receive(self._number, whole + end, moment)


async def _greeted(streams, number):
    for _look in range(PATIENCE * 50):
        if len(streams.greeted) >= number:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(streams.greeted)} of {number} streams were greeted")


@asynccontextmanager
async def open_streams(cast, port, number, on_piece=None, agents=AGENTS):
    """Open so many streams and wait for their hello; stream n belongs to agent `n % agents`."""
    streams, loop = Streams(on_piece), asyncio.get_running_loop()
    for each in range(number):
        question = cast.get("/live/", each % agents, port, Accept="text/event-stream")
        await loop.create_connection(lambda each=each, q=question: Stream(streams, each, q), "127.0.0.1", port)
        if each % AT_ONCE == AT_ONCE - 1:
            await _greeted(streams, each + 1)
    await _greeted(streams, number)
    try:
        yield streams
    finally:
        for transport in streams.transports:
            transport.abort()
        await asyncio.sleep(0.1)
