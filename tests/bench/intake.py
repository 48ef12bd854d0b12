"""Measure webhooks: how many the console stores a second, and how fast, beside a view that does one INSERT for each."""

import asyncio
import time

from django.db import connection
from django.utils import timezone

from console.infrastructure.redis import redis
from console.models import InboundWebhook
from tests.bench.client import at_full_speed, at_rate
from tests.bench.figures import Row, median
from tests.bench.stack import each, usage

ROUNDS = 4
SECONDS = 3  # of each round
FASTEST = 8000  # bodies a second that are made ready
RATE, RATE_SECONDS = 300, 10
TARGET_RATIO, TARGET_P99 = 0.8, 50
TABLE = (
    "CREATE TABLE IF NOT EXISTS bench_body (id bigserial PRIMARY KEY, body text NOT NULL, at timestamptz DEFAULT now())"
)
QUEUE = "webhooks"


def measure(stack, cast):
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    with stack.bare_view():
        rows = [
            _beside_the_limit(stack, cast, "intake, reading held", held=["processor"]),
            _beside_the_limit(stack, cast, "intake, reading meanwhile", held=[]),
        ]
    return [*rows, _at_rate(stack, cast)]


def bare_rate(stack, cast):
    """Return the answers a second of the bare view."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    with stack.bare_view():
        _round(stack, cast, stack.bare, seconds=1)
        return median([_round(stack, cast, stack.bare)[0] for _number in range(ROUNDS)])


def _beside_the_limit(stack, cast, name, held):
    """Measure the console and the limit in turns, so that both have the same machine."""
    with stack.held(*held):
        for port in (stack.bare, stack.port):
            _round(stack, cast, port, seconds=1)  # to open connections and warm up
        rounds = [[_round(stack, cast, port) for port in (stack.bare, stack.port)] for _round_number in range(ROUNDS)]
    limits, ours = zip(*rounds, strict=True)
    limit, rate = (median([one[0] for one in those]) for those in (limits, ours))
    ratio = median([our[0] / bare[0] for bare, our in rounds])
    latencies = [latency for our in ours for latency in our[1]]
    return Row.of(
        name,
        latencies,
        rate=rate,
        limit=limit,
        ratio=ratio,
        target=f"ratio ≥ {TARGET_RATIO}",
        is_met=ratio >= TARGET_RATIO,
        notes=[
            f"ours: {usage(ours[-1][2])}; {each(ours[-1][2], 'web', len(ours[-1][1]))}",
            f"bare: {usage(limits[-1][2])}; {each(limits[-1][2], 'bare', len(limits[-1][1]))}",
        ],
    )


def _round(stack, cast, port, seconds=SECONDS):
    questions = cast.webhooks(seconds * FASTEST, port)
    with stack.measured_cpu() as used:
        rate, latencies = asyncio.run(at_full_speed(port, questions, seconds))
    forget_webhooks()
    return rate, latencies, used


def _at_rate(stack, cast):
    questions = cast.webhooks(RATE * RATE_SECONDS, stack.port)
    start = time.monotonic()
    with stack.measured_cpu() as used:
        answered = asyncio.run(at_rate(stack.port, questions, RATE))
    seconds = time.monotonic() - start
    failed = sum(answer.status != 200 for _latency, answer in answered)
    row = Row.of(f"intake at {RATE}/s", [latency for latency, _answer in answered], rate=len(answered) / seconds)
    row.target, row.is_met = f"p99 < {TARGET_P99} ms", row.p99 < TARGET_P99 and not failed
    processed = len(answered) - InboundWebhook.objects.unprocessed().count()
    row.notes = [f"{usage(used)}; {each(used, 'web', len(answered))}, {each(used, 'processor', processed)}"]
    row.notes += [f"{processed} of {len(answered)} had been processed at the end; {failed} not answered 200"]
    forget_webhooks()
    return row


def forget_webhooks():
    """Drop the webhooks that wait, so that the next measure begins with none."""
    redis().delete(QUEUE)
    InboundWebhook.objects.unprocessed().update(processed_at=timezone.now())
