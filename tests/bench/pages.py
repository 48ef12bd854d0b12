"""Measure the queue and a thread, on a small desk and after years of work: their times and their queries."""

import asyncio
import sys
import time

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console.models import Conversation
from tests.bench.client import one_after_another
from tests.bench.figures import Row
from tests.bench.stack import each, told

WARM_UP, REQUESTS = 20, 150
SECONDS = 6  # at most, for each page
TARGET_P95, TARGET_RATIO = 40, 1.3  # ms; of the small desk's p95
SMALL, THREAD = 50, 60  # conversations, messages in the thread
FILL = {"conversations": 100_000, "messages": 1_000_000}


def measure_small(stack, cast):
    cast.grow(SMALL)
    conversation = cast.conversations[0]
    cast.talk(conversation, THREAD)
    with cast.spread():
        return _measure(stack, cast, "small", conversation)


def measure_filled(stack, cast, small):
    from tests.bench.fill import fill

    began = time.monotonic()
    fill(**FILL)
    print(f"Filled within {time.monotonic() - began:.0f} s.", file=sys.stderr)
    threads = Conversation.objects.filter(messages__isnull=False, agent__isnull=False)
    return _measure(stack, cast, "filled", threads.order_by("-revision", "-pk").first(), small)


def _measure(stack, cast, size, conversation, small=()):
    since = max(conversation.messages.in_order().values_list("revision", flat=True), default=1) - 1
    thread = f"/conversations/{conversation.pk}"
    paths = {
        "desk": "/",
        "queue": "/queue/",
        "thread": f"{thread}/",
        "what changed": f"{thread}/messages/?since={since}",
    }
    before = {row.name.partition(",")[0]: row for row in small}
    rows = []
    for name, path in paths.items():
        row = _page(stack, cast, f"{name}, {size}", path)
        if name in before:
            row.limit, row.unit, row.ratio = before[name].p95, " ms", row.p95 / before[name].p95
            row.target = f"< {TARGET_RATIO} of small, {TARGET_P95} ms"
            row.is_met = row.ratio <= TARGET_RATIO and row.p95 < TARGET_P95 and row.queries == before[name].queries
        rows.append(row)
    return rows


def _page(stack, cast, name, path):
    """Measure one agent who requests a page again as soon as it is there."""
    question = cast.get(path, 0, stack.port)
    asyncio.run(one_after_another(stack.port, [question] * WARM_UP, SECONDS / 4))
    with stack.measured_cpu() as used:
        answered = asyncio.run(one_after_another(stack.port, [question] * REQUESTS, SECONDS))
    assert all(answer.status == 200 for _latency, answer in answered), answered[0]
    row = Row.of(name, [latency for latency, _answer in answered], target=f"p95 < {TARGET_P95} ms")
    row.is_met = row.p95 < TARGET_P95
    row.queries = _queries(cast, path)
    size = len(answered[0][1].body) / 1024
    row.notes = [f"{row.queries} queries, {size:.1f} KiB; {told(used)}; {each(used, 'web', len(answered))}"]
    return row


def _queries(cast, path):
    """Count the queries of a page in this process."""
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(cast.agents[0], backend="django.contrib.auth.backends.ModelBackend")
    browser.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return len(queries)
