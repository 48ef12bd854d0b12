"""Measure what a Redis that hangs costs an agent: it is stopped, and each verb is asked for once more."""

import asyncio
import os
import signal
import time
from contextlib import contextmanager

from console.models import Message
from tests.bench.cast import AGENTS
from tests.bench.client import connections
from tests.bench.figures import Row

ROUNDS = 5  # in each of them the first verb finds a Redis that has just stopped
PAUSE = 2  # s, in which the console notices that Redis is back
TARGET = 300  # ms that a verb may take longer


def measure(stack, cast):
    cast.grow(AGENTS + 1)
    conversation = cast.conversations[AGENTS]  # the second of the first agent: the first has a long thread by now
    usual = [seconds for _round in range(ROUNDS) for seconds in _verbs(stack, cast, conversation)]
    hung, first = [], []
    for _round in range(ROUNDS):
        with _stopped(stack.pids()["redis"][0]):
            seconds = _verbs(stack, cast, conversation)
        first.append(seconds[0])
        hung += seconds
        time.sleep(PAUSE)
    Message.objects.pending().update(state=Message.State.FAILED)
    before, row = Row.of("", usual), Row.of("a verb while Redis hangs", hung)
    cost = (max(hung) - before.p50 / 1000) * 1000
    row.limit, row.unit, row.target, row.is_met = before.p95, " ms", f"costs ≤ {TARGET} ms", cost <= TARGET
    row.notes = [
        f"the slowest {max(hung) * 1000:.0f} ms, the first after each stop p50 {Row.of('', first).p50:.0f} ms; "
        f"usually p50 {before.p50:.0f}, p95 {before.p95:.0f} ms"
    ]
    return [row]


def _verbs(stack, cast, conversation):
    """Press each button once; return the seconds that each took."""
    path = f"/conversations/{conversation.pk}"
    presses = [
        cast.press_send(conversation, cast.text(), stack.port),
        cast.press(f"{path}/typing/", 0, stack.port, on="1"),
        cast.press(f"{path}/return-to-queue/", 0, stack.port),
        cast.press(f"{path}/take/", 0, stack.port),
        cast.press(f"{path}/close/", 0, stack.port, seen=10**12),
        cast.press(f"{path}/reopen/", 0, stack.port),
        cast.webhook(conversation, cast.text(), stack.port),
    ]
    return asyncio.run(_ask(stack.port, presses))


async def _ask(port, questions):
    taken = []
    async with connections(port, 1) as (connection,):
        for question in questions:
            began = time.monotonic()
            answer = await connection.ask(question)
            assert answer.status in (200, 204), answer
            taken.append(time.monotonic() - began)
    return taken


@contextmanager
def _stopped(pid):
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)
