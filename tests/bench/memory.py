"""Measure memory: that of one idle agent in the web process, and that of the whole stack."""

import asyncio
import time

from tests.bench.cast import AGENTS
from tests.bench.figures import Row
from tests.bench.stack import pss, rss, threads
from tests.bench.streams import open_streams

STREAMS = 500
SETTLE = 3  # s
TARGET_STREAM, TARGET_STACK = 8, 500  # KiB, MiB


def measure(stack, cast):
    rows = [_stack(stack)]
    stack.restart_web()
    return [*rows, asyncio.run(measure_streams(stack, cast))]


def _stack(stack):
    time.sleep(SETTLE)
    shares = {name: sum(map(pss, pids)) for name, pids in stack.pids().items()}
    total = sum(shares.values())
    row = Row("the whole stack, idle", rate=total, unit=" MiB", limit=TARGET_STACK)
    row.ratio, row.target, row.is_met = total / TARGET_STACK, f"< {TARGET_STACK} MiB", total < TARGET_STACK
    row.notes = [", ".join(f"{name} {share:.0f}" for name, share in shares.items())]
    row.notes += ["PSS in MiB as started; the proxy and this client are not counted"]
    return row


async def measure_streams(stack, cast):
    """Measure streams in a new web process. The first one opens the thread and the connection that all share."""
    async with open_streams(cast, stack.port, AGENTS):
        await asyncio.sleep(SETTLE)
    before = _weigh(stack)
    async with open_streams(cast, stack.port, STREAMS):
        await asyncio.sleep(SETTLE)
        after = _weigh(stack)
    grown = [new - old for old, new in zip(before, after, strict=True)]
    each = grown[0] * 1024 / STREAMS
    row = Row("an idle agent's open stream", rate=each, unit=" KiB", limit=TARGET_STREAM, ratio=each / TARGET_STREAM)
    row.target = f"≤ {TARGET_STREAM} KiB, no thread, no connection"
    row.is_met = each <= TARGET_STREAM and grown[1] <= 0 and grown[2] <= 0
    row.notes = [f"{STREAMS} of them: RSS +{grown[0]:.1f} MiB, threads {grown[1]:+}, database connections {grown[2]:+}"]
    return row


def _weigh(stack):
    web = stack.programs.children["web"].process.pid
    return rss(web), threads(web), stack.connections()
