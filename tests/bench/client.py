"""A lean HTTP/1.1 client: prepared requests over kept connections, so that it uses little of the measured machine.

An open loop asks at a fixed rate, and measures from the moment at which each request was due: a server that stalls
is charged for all requests that it kept waiting. A closed loop asks again after each answer, for the highest rate.
"""

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass

LAST_CHUNK = b"0\r\n\r\n"
PATIENCE = 30  # s for an answer


def request(method, path, *, host, body=b"", **headers):
    """Return the bytes of a request. Underscores in the names of headers stand for hyphens."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"Content-Length: {len(body)}"] if method != "GET" else []
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """A connection for one request at a time."""

    def __init__(self):
        self._received = bytearray()
        self._answer = None

    def connection_made(self, transport):
        self._transport = transport

    def ask(self, question):
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(question)
        return self._answer

    def data_received(self, data):
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end >= 0 and (body := self._body(bytes(self._received[:end]).lower(), end + 4)) is not None:
            answer = Answer(int(self._received[9:12]), bytes(body))
            self._received.clear()
            if not self._answer.done():
                self._answer.set_result(answer)

    def _body(self, head, start):
        """Return the whole body, or None if some of it has not come yet."""
        if (at := head.find(b"content-length:")) >= 0:
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            return self._received[start : start + length] if len(self._received) >= start + length else None
        if b"transfer-encoding: chunked" in head:
            return _dechunked(self._received[start:]) if self._received.endswith(LAST_CHUNK) else None
        return b""

    def connection_lost(self, error):
        if self._answer and not self._answer.done():
            self._answer.set_exception(error or ConnectionResetError("The server hung up."))

    def close(self):
        self._transport.close()


def _dechunked(text):
    parts = []
    while (length := int(text[: (end := text.index(b"\r\n"))], 16)) > 0:
        parts.append(text[end + 2 : end + 2 + length])
        text = text[end + 2 + length + 2 :]
    return b"".join(parts)


@asynccontextmanager
async def connections(port, number):
    loop = asyncio.get_running_loop()
    made = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _one in range(number)]
    try:
        yield made
    finally:
        for connection in made:
            connection.close()


async def at_rate(port, questions, rate, *, at_most=64, on_due=None):
    """Send all requests, `rate` a second. Return a list of (seconds since the request was due, answer).

    on_due: called with the number of each request and the moment at which it was due.
    """
    free = asyncio.Queue()
    answered = []

    async def one(question, due):
        connection = await free.get()
        try:
            answer = await asyncio.wait_for(connection.ask(question), PATIENCE)
            answered.append((time.monotonic() - due, answer))
        finally:
            free.put_nowait(connection)

    async with connections(port, at_most) as made, asyncio.TaskGroup() as tasks:
        for connection in made:
            free.put_nowait(connection)
        start = time.monotonic() + 0.05
        for number, question in enumerate(questions):
            due = start + number / rate
            await asyncio.sleep(max(0, due - time.monotonic()))
            if on_due:
                on_due(number, due)
            tasks.create_task(one(question, due))
    return answered


async def one_after_another(port, questions, seconds):
    """Send requests over one connection until all are answered or time is over. Return a list of (seconds, answer)."""
    answered, until = [], time.monotonic() + seconds
    async with connections(port, 1) as (connection,):
        for question in questions:
            if (asked_at := time.monotonic()) > until:
                break
            answer = await asyncio.wait_for(connection.ask(question), PATIENCE)
            answered.append((time.monotonic() - asked_at, answer))
    return answered


async def at_full_speed(port, questions, seconds, *, clients=32):
    """Send requests as fast as answers come. Return (answers a second, latencies); raise if an answer is not 200."""
    latencies = []
    questions = iter(questions)

    async def one(connection):
        while (asked_at := time.monotonic()) < until:
            answer = await asyncio.wait_for(connection.ask(next(questions)), PATIENCE)
            latencies.append(time.monotonic() - asked_at)
            assert answer.status == 200, answer

    async with connections(port, clients) as made:
        start = time.monotonic()
        until = start + seconds
        await asyncio.gather(*map(one, made))
        return len(latencies) / (time.monotonic() - start), latencies
