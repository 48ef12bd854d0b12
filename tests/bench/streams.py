"""Open event streams of many browsers, and the moments of their events."""

import asyncio
import re
import time
from contextlib import asynccontextmanager

from tests.bench.cast import AGENTS

TOPIC = re.compile(rb"^data: (\S+)$", re.MULTILINE)
PATIENCE = 20  # s for the hello of every stream
AT_ONCE = 20  # streams that are opened at the same time


class Streams:
    """Open event streams. `heard[topic]` is {number of a stream: the moment at which it first got this topic}.

    on_topic(number, topic): called when a stream gets a topic for the first time.
    """

    def __init__(self, on_topic=None):
        self.heard = {}
        self.greeted = set()
        self.transports = []
        self.on_topic = on_topic

    def tell(self, number, topic, moment):
        if topic == "hello":
            self.greeted.add(number)
        elif number not in (told := self.heard.setdefault(topic, {})):
            told[number] = moment
            if self.on_topic:
                self.on_topic(number, topic)


class _Stream(asyncio.Protocol):
    def __init__(self, streams, number, question):
        self._streams, self._number, self._question = streams, number, question
        self._rest = b""

    def connection_made(self, transport):
        self._streams.transports.append(transport)
        transport.write(self._question)

    def data_received(self, data):
        moment = time.monotonic()
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        for topic in TOPIC.findall((whole + newline).replace(b"\r", b"")):
            self._streams.tell(self._number, topic.decode(), moment)


@asynccontextmanager
async def open_streams(cast, port, number, on_topic=None):
    """Open so many streams and wait for their hello; stream n belongs to agent `n % AGENTS`."""
    streams, loop = Streams(on_topic), asyncio.get_running_loop()
    for each in range(number):
        question = cast.get("/live/", each % AGENTS, port, Accept="text/event-stream")
        await loop.create_connection(lambda each=each, q=question: _Stream(streams, each, q), "127.0.0.1", port)
        if each % AT_ONCE == AT_ONCE - 1:
            await asyncio.sleep(0.02)
    until = time.monotonic() + PATIENCE
    while len(streams.greeted) < number:
        assert time.monotonic() < until, f"{len(streams.greeted)} of {number} streams were greeted"
        await asyncio.sleep(0.02)
    try:
        yield streams
    finally:
        for transport in streams.transports:
            transport.abort()
        await asyncio.sleep(0.1)
