"""Measure live updates: how soon open browsers learn of a customer's message, and how soon the holder's shows it."""

import asyncio
import itertools
import math
import time

from console.infrastructure.redis import redis
from console.live.publishing import channel
from tests.bench.cast import AGENTS
from tests.bench.client import at_full_speed, at_rate, connections
from tests.bench.figures import Row
from tests.bench.stack import each, told
from tests.bench.streams import open_streams

STREAMS = 200
RATE, SECONDS = 20, 10
TARGET_SEEN_P95, TARGET_STREAM_P99 = 100, 10  # ms
REDRAW_SECONDS = 4
SETTLE = 1.0  # s for what is still under way


def measure(stack, cast):
    cast.grow(RATE * SECONDS)
    return [*asyncio.run(_written(stack, cast)), asyncio.run(_published(stack, cast)), _redrawn(stack, cast)]


async def _written(stack, cast):
    """Measure from the moment at which Facebook's webhook was due."""
    chosen = cast.conversations[: RATE * SECONDS]
    await asyncio.to_thread(cast.learn_revisions, chosen)
    texts = [cast.text() for _conversation in chosen]
    questions = [cast.webhook(*pair, stack.port) for pair in zip(chosen, texts, strict=True)]
    holders = {f"conversation-{conversation.pk}": number for number, conversation in enumerate(chosen)}
    due, shown, fetches = {}, {}, set()

    async with connections(stack.port, AGENTS) as browsers:
        locks = [asyncio.Lock() for _browser in browsers]

        async def fetch(number):
            """Ask for the changes of the thread, as the holder's browser does."""
            conversation, agent = chosen[number], number % AGENTS
            path = f"/conversations/{conversation.pk}/messages/?since={conversation.revision}"
            async with locks[agent]:
                answer = await browsers[agent].ask(cast.get(path, agent, stack.port, HX_Request="true"))
            if texts[number].split("?")[0].encode() in answer.body:
                shown.setdefault(number, time.monotonic())

        def on_topic(stream, topic):
            if (number := holders.get(topic)) is not None and stream == number % AGENTS:
                task = asyncio.ensure_future(fetch(number))
                fetches.add(task)
                task.add_done_callback(fetches.discard)

        async with open_streams(cast, stack.port, STREAMS, on_topic) as streams:
            with stack.measured_cpu() as used:
                answered = await at_rate(
                    stack.port, questions, RATE, on_due=lambda number, moment: due.update({number: moment})
                )
            await asyncio.sleep(SETTLE)
            await asyncio.gather(*fetches)

    heard = [streams.heard.get(f"conversation-{conversation.pk}", {}) for conversation in chosen]
    every = [max(each.values()) if len(each) == STREAMS else math.inf for each in heard]
    first = Row.of("", [min(each.values(), default=math.inf) - due[number] for number, each in enumerate(heard)])
    nudged = Row.of(f"webhook → told, all of {STREAMS}", [moment - due[number] for number, moment in enumerate(every)])
    seen = Row.of("webhook → text at the holder's", [shown.get(n, math.inf) - due[n] for n in range(len(chosen))])
    for row in (nudged, seen):
        row.rate, row.target, row.is_met = RATE, f"p95 < {TARGET_SEEN_P95} ms", row.p95 < TARGET_SEEN_P95
    failed = sum(answer.status != 200 for _latency, answer in answered)
    accepted = Row.of("", [latency for latency, _answer in answered])
    nudged.notes = [
        told(used),
        f"first stream: p50 {first.p50:.1f}, p95 {first.p95:.1f} ms",
        f"webhook accepted: p50 {accepted.p50:.1f}, p95 {accepted.p95:.1f} ms; {failed} not answered 200",
    ]
    return nudged, seen


async def _published(stack, cast):
    """Measure the stream alone, from Redis to every browser."""
    topics = [f"bench-{number}" for number in range(RATE * SECONDS // 2)]
    published = {}
    async with open_streams(cast, stack.port, STREAMS) as streams:
        with stack.measured_cpu() as used:
            for topic in topics:
                published[topic] = time.monotonic()
                redis().publish(channel(), topic)
                await asyncio.sleep(1 / RATE)
        await asyncio.sleep(SETTLE)
    late = [
        streams.heard.get(topic, {}).get(number, math.inf) - published[topic]
        for topic in topics
        for number in range(STREAMS)
    ]
    row = Row.of(f"publish → told, each of {STREAMS}", late, rate=RATE, target=f"p99 < {TARGET_STREAM_P99} ms")
    row.is_met = row.p99 < TARGET_STREAM_P99
    row.notes = [told(used)]
    return row


def _redrawn(stack, cast):
    """Measure the queue's refreshes. Each open desk requests the queue when it changes, at most once a second."""
    with cast.spread(), stack.measured_cpu() as used:
        rate, latencies = asyncio.run(at_full_speed(stack.port, _desks(stack, cast), REDRAW_SECONDS, clients=AGENTS))
    row = Row.of("queue redrawn", latencies, rate=rate, limit=STREAMS, ratio=rate / STREAMS)
    row.notes = [f"{told(used)}; {each(used, 'web', len(latencies))}; the limit is what {STREAMS} agents ask for"]
    return row


def _desks(stack, cast):
    asked = [cast.get("/queue/", agent, stack.port, HX_Request="true") for agent in range(AGENTS)]
    return itertools.cycle(asked)
