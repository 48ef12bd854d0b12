"""Measure live updates: how soon open browsers get a customer's message, and how soon the holder's shows its text."""

import asyncio
import itertools
import math
import time

from console.infrastructure.redis import redis
from console.live.publishing import channel
from tests.bench.cast import AGENTS
from tests.bench.client import at_full_speed, at_rate, connections
from tests.bench.figures import Row
from tests.bench.stack import each, usage
from tests.bench.streams import open_streams

STREAMS = 200
RATE, SECONDS = 20, 10
WATCHED = 20  # conversations by each agent
TARGET_SEEN_P95, TARGET_STREAM_P99 = 35, 30  # ms
REDRAW_SECONDS = 4
SETTLE = 1.0  # s for what is still under way


def measure(stack, cast, machine):
    cast.grow(RATE * SECONDS)
    rows = [*asyncio.run(_written(stack, cast, machine)), asyncio.run(_published(stack, cast, machine))]
    return [*rows, _redrawn(stack, cast)]


async def _written(stack, cast, machine):
    """Measure from the moment at which Facebook's webhook was due."""
    chosen = cast.conversations[: RATE * SECONDS]
    texts = [cast.text() for _conversation in chosen]
    questions = [cast.webhook(*pair, stack.port) for pair in zip(chosen, texts, strict=True)]
    numbers = {conversation.pk: number for number, conversation in enumerate(chosen)}
    due, shown = {}, {}

    def on_piece(stream, name, key, piece, moment):
        """Note when the thread of a holder has the text."""
        number = numbers.get(key)
        if name == "thread" and stream == number % AGENTS and texts[number].split("?")[0].encode() in piece:
            shown.setdefault(number, moment)

    async with open_streams(cast, stack.port, STREAMS, on_piece) as streams:
        await _watch(stack, cast, streams, chosen)
        streams.rows.clear()
        with stack.measured_cpu() as used:
            answered = await at_rate(
                stack.port, questions, RATE, on_due=lambda number, moment: due.update({number: moment})
            )
        await asyncio.sleep(SETTLE)

    received = [streams.rows.get(conversation.pk, {}) for conversation in chosen]
    every = [max(each.values()) if len(each) == STREAMS else math.inf for each in received]
    first = Row.of("", [min(each.values(), default=math.inf) - due[number] for number, each in enumerate(received)])
    rows = Row.of(f"webhook → row, all of {STREAMS}", [moment - due[number] for number, moment in enumerate(every)])
    watched = [number for number in range(len(chosen)) if number >= len(chosen) - AGENTS * WATCHED]
    seen = Row.of("webhook → text at the holder's", [shown.get(n, math.inf) - due[n] for n in watched])
    for row in (rows, seen):
        row.rate, row.target = RATE, f"p95 < {TARGET_SEEN_P95} ms"
        row.is_met = row.p95 < TARGET_SEEN_P95 / machine.factor
    failed = sum(answer.status != 200 for _latency, answer in answered)
    accepted = Row.of("", [latency for latency, _answer in answered])
    rows.notes = [
        usage(used),
        f"first stream: p50 {first.p50:.1f}, p95 {first.p95:.1f} ms",
        f"webhook accepted: p50 {accepted.p50:.1f}, p95 {accepted.p95:.1f} ms; {failed} not answered 200",
    ]
    return rows, seen


async def _watch(stack, cast, streams, chosen):
    """Ask for the threads, as the browsers of their holders do. Each watches as many as a browser may."""
    async with connections(stack.port, 1) as (browser,):
        for number, conversation in enumerate(chosen[-AGENTS * WATCHED :], len(chosen) - AGENTS * WATCHED):
            agent = number % AGENTS
            path = f"/conversations/{conversation.pk}/messages/?since=10000"
            headers = {"HX_Request": "true", "X_Stream": streams.ids[agent]}
            await browser.ask(cast.get(path, agent, stack.port, **headers))
    await asyncio.sleep(SETTLE)


async def _published(stack, cast, machine):
    """Measure the stream alone, from Redis to every browser."""
    chosen = cast.conversations[: RATE * SECONDS // 2]
    published = {}
    async with open_streams(cast, stack.port, STREAMS) as streams:
        await asyncio.sleep(SETTLE)
        streams.rows.clear()
        with stack.measured_cpu() as used:
            for conversation in chosen:
                published[conversation.pk] = time.monotonic()
                redis().publish(channel(), f"conversation-{conversation.pk} queue")
                await asyncio.sleep(1 / RATE)
        await asyncio.sleep(SETTLE)
    late = [
        streams.rows.get(pk, {}).get(number, math.inf) - moment
        for pk, moment in published.items()
        for number in range(STREAMS)
    ]
    row = Row.of(f"publish → row, each of {STREAMS}", late, rate=RATE, target=f"p99 < {TARGET_STREAM_P99} ms")
    row.is_met = row.p99 < TARGET_STREAM_P99 / machine.factor
    row.notes = [usage(used)]
    return row


def _redrawn(stack, cast):
    """Measure the queue's refreshes, for desks that may have missed something."""
    with cast.spread(), stack.measured_cpu() as used:
        rate, latencies = asyncio.run(at_full_speed(stack.port, _desks(stack, cast), REDRAW_SECONDS, clients=AGENTS))
    row = Row.of("queue redrawn", latencies, rate=rate)
    row.notes = [f"{usage(used)}; {each(used, 'web', len(latencies))}"]
    return row


def _desks(stack, cast):
    asked = [cast.get("/queue/", agent, stack.port, HX_Request="true") for agent in range(AGENTS)]
    return itertools.cycle(asked)
