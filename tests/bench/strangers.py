"""Measure pages, webhooks and Send beside strangers: 500 who send a byte a second, and 500 streams that never read.

Without them, the same 500 streams read: an open stream costs something with every change, whoever has it.
"""

import asyncio
import itertools
import multiprocessing
import socket
import time
from contextlib import contextmanager

from tests.bench.client import at_rate, one_after_another
from tests.bench.figures import Row, median
from tests.bench.stack import each, usage

STRANGERS, STREAMS = 500, 500
ROUNDS = 3
PAGES, WEBHOOKS, WEBHOOK_RATE = 100, 200, 20  # requests of one round; a second
SENDS, SEND_RATE = 60, 10
SETTLE = 3  # s
TARGET = 1.1  # times as long
LATE = 10  # s until a text that has not come is taken for lost
WINDOW = 4096  # bytes that the system of a client keeps for it
HEAD = b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"


def measure(stack, cast, graph):
    """Measure without and beside strangers in turns, so that both have the same machine."""
    cast.grow(200)
    figures = {"queue": _queue, "webhook intake": _intake, "Send → Graph": _send}
    without, beside = [], []
    for _round in range(ROUNDS):
        for found, slow, reads in [(without, 0, True), (beside, STRANGERS, False)]:
            with _crowd_of(stack, cast, slow, reads), stack.measured_cpu() as used:
                found.append({name: figure(stack, cast, graph) for name, figure in figures.items()})
            found[-1]["used"] = used
    rows = [_row(name, [one[name] for one in without], [one[name] for one in beside]) for name in figures]
    requests = PAGES + WEBHOOKS + SENDS
    for name, found in [("without", without), ("beside them", beside)]:
        rows[0].notes.append(f"{name}: {usage(found[-1]['used'])}; {each(found[-1]['used'], 'web', requests)}")
    return rows


def _row(name, without, beside):
    row = Row.of(f"{name} beside {STRANGERS + STREAMS} strangers", [seconds for one in beside for seconds in one])
    usual = Row.of("", [seconds for one in without for seconds in one])
    row.limit, row.unit = usual.p95, " ms"
    pairs = zip(without, beside, strict=True)
    row.ratio = median([Row.of("", slow).p95 / Row.of("", fast).p95 for fast, slow in pairs])
    row.target, row.is_met = f"≤ {TARGET} of without", row.ratio <= TARGET
    row.notes = [f"without: p50 {usual.p50:.1f}, p95 {usual.p95:.1f}, p99 {usual.p99:.1f} ms; the ratio is of p95"]
    return row


# The figures


def _queue(stack, cast, graph):
    with cast.spread():
        question = cast.get("/queue/", 0, stack.port)
        return _ok(asyncio.run(one_after_another(stack.port, [question] * PAGES, 30)))


def _intake(stack, cast, graph):
    return _ok(asyncio.run(at_rate(stack.port, cast.webhooks(WEBHOOKS, stack.port), WEBHOOK_RATE)))


def _send(stack, cast, graph):
    chosen = list(itertools.islice(itertools.cycle(cast.conversations), SENDS))
    texts, due = [cast.text() for _conversation in chosen], {}
    questions = [cast.press_send(*pair, stack.port) for pair in zip(chosen, texts, strict=True)]
    asyncio.run(at_rate(stack.port, questions, SEND_RATE, on_due=lambda n, moment: due.update({texts[n]: moment})))
    until = time.monotonic() + LATE
    while time.monotonic() < until and not all(text in graph.came for text in texts):
        time.sleep(0.02)
    return [graph.came.get(text, float("inf")) - due[text] for text in texts]


def _ok(answered):
    assert all(answer.status == 200 for _latency, answer in answered), answered[-1]
    return [latency for latency, _answer in answered]


# The strangers, in a process of their own


@contextmanager
def _crowd_of(stack, cast, slow, reads):
    """Open all streams, and have so many slow clients."""
    agents = itertools.islice(itertools.cycle(range(len(cast.agents))), STREAMS)
    questions = [cast.get("/live/", agent, stack.port, Accept="text/event-stream") for agent in agents]
    spawn = multiprocessing.get_context("spawn")
    there = spawn.Event()
    process = spawn.Process(target=crowd, args=(stack.port, questions, slow, reads, there), daemon=True)
    process.start()
    assert there.wait(60)
    time.sleep(SETTLE)
    try:
        yield
    finally:
        process.terminate()
        process.join()
        time.sleep(SETTLE)


def crowd(port, questions, slow, reads, there):
    asyncio.run(_crowd(port, questions, slow, reads, there))


async def _crowd(port, questions, slow, reads, there):
    streams = [await _open(port, question) for question in questions]
    async with asyncio.TaskGroup() as tasks:
        for stream in streams if reads else []:
            tasks.create_task(_read(stream))
        for number in range(slow):
            tasks.create_task(_send_slowly(port, number))
        await asyncio.sleep(1)
        there.set()
        await asyncio.Event().wait()


async def _open(port, question):
    """Open a stream, of which the client's system keeps little before it is read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    await asyncio.get_running_loop().sock_sendall(client, question)
    return client


async def _read(stream):
    while await asyncio.get_running_loop().sock_recv(stream, WINDOW):
        pass


async def _send_slowly(port, number):
    """Send a byte a second for ever: of a header, or of a body. Come back when the server hangs up."""
    await asyncio.sleep(number / STRANGERS)
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(HEAD + b"\r\n" if number % 2 else HEAD[:20])
            while not reader.at_eof():
                await asyncio.sleep(1)
                writer.write(b"x")
                await writer.drain()
            writer.close()
        except OSError:
            await asyncio.sleep(1)
