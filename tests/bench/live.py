"""Measure live updates: many open desks, and how soon each of them shows a row that changed.

Beside it stands a bare Starlette server that sends the same bytes to as many streams (fan_out.py), in the same run.
"""

import asyncio
import math
import random
import time
from contextlib import suppress

import uvloop

from tests.bench import memory
from tests.bench.client import at_rate, connections, request
from tests.bench.figures import Row, percentile
from tests.bench.requests_of_a_desk import count_requests
from tests.bench.stack import CLOCK, usage
from tests.bench.streams import Stream, Streams, open_streams

SECONDS, SETTLE = 10, 2.0
CROWDS = [(200, 50, 60, 0.6), (1000, 20, 150, None)]  # desks, changes a second, ms of p95, cores in web
DESKS, RIGHT_WITHIN = 500, 5  # that are open while the web server restarts; s
AGAIN, GREET = 1.0, 1.0  # s, as in live-stream.js: before a browser connects again, and before it asks


def measure(stack, cast, machine):
    cast.hire(max(desks for desks, *_rest in CROWDS))
    for crowd in CROWDS:
        yield uvloop.run(_crowd(stack, cast, machine, *crowd))
    stack.restart_web()
    yield uvloop.run(memory.measure_streams(stack, cast))
    yield count_requests(stack, cast)
    yield uvloop.run(_restarted(stack, cast, machine))


# A crowd of desks


async def _crowd(stack, cast, machine, desks, rate, target, cores):
    count = rate * SECONDS
    await asyncio.to_thread(cast.grow, count)
    chosen = random.Random(1).sample(cast.conversations, count)
    questions = [cast.webhook(conversation, cast.text(), stack.port) for conversation in chosen]
    due = {}
    async with open_streams(cast, stack.port, desks, agents=desks) as streams:
        await asyncio.sleep(SETTLE)
        streams.rows.clear()
        streams.received = 0
        with stack.measured_cpu() as used:
            await at_rate(stack.port, questions, rate, on_due=lambda number, moment: due.update({number: moment}))
        await asyncio.sleep(SETTLE)
    received = [streams.rows.get(conversation.pk, {}) for conversation in chosen]
    every = [max(each.values()) - due[n] if len(each) == desks else math.inf for n, each in enumerate(received)]
    size = streams.received / max(sum(map(len, received)), 1)
    limit, limit_used = await _fan_out(stack, cast, desks, rate, int(size))
    row = Row.of(f"webhook → row at all of {desks}, {rate}/s", every, limit=limit, unit=" ms")
    busy = used["web"] / used[CLOCK]
    row.ratio = row.p95 / limit
    row.target, row.is_met = f"p95 ≤ {target} ms", row.p95 <= target / machine.factor
    if cores:
        row.target += f", web < {cores:.0%}"
        row.is_met = row.is_met and busy < cores / machine.factor
    each = [moment - due[n] for n, one in enumerate(received) for moment in one.values()]
    here = f", web < {cores / machine.factor:.0%}" if cores else ""
    row.notes = [
        f"target here: p95 ≤ {target / machine.factor:.0f} ms{here}",
        usage(used),
        f"each desk: p50 {percentile(each, 50) * 1000:.1f}, p95 {percentile(each, 95) * 1000:.1f} ms; "
        f"{size:.0f} bytes for each",
        f"the bare fan-out of the same bytes: p95 {limit:.1f} ms; {usage(limit_used)}",
    ]
    return row


async def _fan_out(stack, cast, desks, rate, size):
    """Return the p95 of a bare server, from when a change was due until the last stream has it, and its use."""
    numbers = range(1, rate * SECONDS // 2 + 1)
    with stack.fan_out() as port:
        due = {}
        questions = [
            request("POST", "/live/", host=f"127.0.0.1:{port}", body=_piece(number, size)) for number in numbers
        ]
        async with open_streams(cast, port, desks) as streams:
            with stack.measured_cpu() as used:
                await at_rate(port, questions, rate, on_due=lambda number, moment: due.update({number: moment}))
            await asyncio.sleep(1)
    every = [max(streams.rows.get(number, {0: math.inf}).values()) - due[number - 1] for number in numbers]
    return percentile(every, 95) * 1000, used


def _piece(number, size):
    start = f'data: row others 1\ndata: <li id="row-{number}">'
    return f"{start}{'x' * max(size - len(start) - 2, 0)}\n\n".encode()


# A restart


async def _restarted(stack, cast, machine):
    """Measure from when the web server is ready again until each desk has its queue and its thread."""
    desks = [_Desk(cast, stack.port, number) for number in range(DESKS)]
    tasks = [asyncio.create_task(desk.live()) for desk in desks]
    await _until(lambda: all(desk.right_at for desk in desks))
    for desk in desks:
        desk.right_at = None
    await restart(stack)
    ready = time.monotonic()
    with stack.measured_cpu() as used:
        await _until(lambda: all(desk.right_at for desk in desks))
    for task in tasks:
        task.cancel()
    seconds = [desk.right_at - ready if desk.right_at else math.inf for desk in desks]
    row = Row.of(f"restart, {DESKS} desks → right again", seconds)
    row.target, row.is_met = f"p95 ≤ {RIGHT_WITHIN} s", row.p95 <= RIGHT_WITHIN * 1000 / machine.factor
    row.notes = [f"target here: p95 ≤ {RIGHT_WITHIN / machine.factor:.1f} s", usage(used)]
    row.notes += [f"{sum(desk.failures for desk in desks)} requests of desks were not answered 200"]
    return row


async def restart(stack):
    """Restart the web server while desks are open. The kernel ends a program when the thread that started it ends."""
    await asyncio.to_thread(stack.end, "web")
    stack.start_web()
    await asyncio.to_thread(stack.wait_for_web)


async def _until(look, seconds=60):
    for _look in range(seconds * 20):
        if look():
            return
        await asyncio.sleep(0.05)


class _Desk:
    """A desk as live-stream.js runs it: it connects again, and asks for its queue and its thread after each hello."""

    def __init__(self, cast, port, number):
        self.cast, self.port, self.number = cast, port, number
        self.right_at, self.failures = None, 0

    async def live(self):
        while True:
            with suppress(OSError):
                await self._listen()
            await asyncio.sleep(AGAIN * (1 + random.random()))

    async def _listen(self):
        streams, loop = Streams(), asyncio.get_running_loop()
        ended = loop.create_future()
        question = self.cast.get("/live/", self.number, self.port, Accept="text/event-stream")
        await loop.create_connection(lambda: _Ending(ended, streams, self.number, question), "127.0.0.1", self.port)
        await _until(lambda: streams.greeted or ended.done(), seconds=30)
        if streams.greeted:
            await asyncio.sleep(GREET * random.random())
            await self._ask(X_Stream=streams.ids.get(self.number, ""), X_Hello=streams.hellos[self.number])
        await ended

    async def _ask(self, **headers):
        pk = self.cast.conversations[self.number % len(self.cast.conversations)].pk
        paths = ["/queue/", f"/conversations/{pk}/messages/?since=10000"]
        async with connections(self.port, 1) as (connection,):
            for path in paths:
                question = self.cast.get(path, self.number, self.port, HX_Request="true", **headers)
                answer = await connection.ask(question)
                self.failures += answer.status != 200
        self.right_at = time.monotonic()


class _Ending(Stream):
    def __init__(self, ended, *given):
        super().__init__(*given)
        self._ended = ended

    def connection_lost(self, error):
        if not self._ended.done():
            self._ended.set_result(None)
