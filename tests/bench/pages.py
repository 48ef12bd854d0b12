"""Measure the queue and a thread, on a small desk and after years of work: their times and their queries."""

import asyncio
import sys
import threading
import time
from contextlib import contextmanager

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from console import retention
from console.models import Conversation, InboundWebhook
from tests.bench.client import one_after_another
from tests.bench.figures import Row
from tests.bench.stack import each, usage

WARM_UP, REQUESTS = 20, 150
SECONDS = 6  # at most, for each page
TARGET_P95 = 40  # ms
# Conversations of which every section shows all that it shows at first, as on a large desk; messages in the thread.
SMALL, THREAD = 700, 60
FILLS = {"filled": (100_000, 1_000_000), "large": (1_000_000, 10_000_000)}  # conversations, messages
TARGET_RATIO = {"filled": 1.2, "large": 1.3}  # of the small desk's median


def measure_small(stack, cast, machine):
    cast.grow(SMALL)
    conversation = cast.conversations[0]
    cast.talk(conversation, THREAD)
    with cast.spread():
        return _measure(stack, cast, machine, "small", conversation)


def measure_filled(stack, cast, machine, small, size):
    """Measure a filled database, while its old rows are deleted, and afterwards."""
    from tests.bench.fill import fill

    began = time.monotonic()
    InboundWebhook.objects.all().delete()  # of other measures: the filled ones are older
    with stack.held("worker", "processor", "background"):  # the tables are locked
        fill(*FILLS[size])
    print(f"Filled within {time.monotonic() - began:.0f} s.", file=sys.stderr)
    threads = Conversation.objects.filter(messages__isnull=False, agent__isnull=False)
    conversation = threads.order_by("-revision", "-pk").first()
    rows = _measure(stack, cast, machine, size, conversation, small, size)
    with _deleting() as deleted:
        rows += _measure(stack, cast, machine, "while deleting", conversation, small, size)
    rows[-1].notes.append(f"{deleted['webhooks']} webhooks deleted in {deleted['seconds']:.0f} s")
    return rows + _measure(stack, cast, machine, "cleaned", conversation, small, size)


@contextmanager
def _deleting():
    """Delete old rows in a thread, as the task does, until none are left."""
    deleted, before, began = {}, InboundWebhook.objects.count(), time.monotonic()

    def delete():
        left = None
        while left != (left := InboundWebhook.objects.count()):
            retention.delete_old_rows()
        connection.close()

    thread = threading.Thread(target=delete)
    thread.start()
    yield deleted
    thread.join()
    deleted.update(webhooks=before - InboundWebhook.objects.count(), seconds=time.monotonic() - began)


def _measure(stack, cast, machine, name, conversation, small=(), size=None):
    since = max(conversation.messages.in_order().values_list("revision", flat=True), default=1) - 1
    thread = f"/conversations/{conversation.pk}"
    paths = {
        "desk": "/",
        "queue": "/queue/",
        "thread": f"{thread}/",
        "what changed": f"{thread}/messages/?since={since}",
    }
    before = {row.name.partition(",")[0]: row for row in small}
    rows, most = [], machine.at_most(TARGET_P95)
    for page, path in paths.items():
        row = _page(stack, cast, f"{page}, {name}", path)
        row.target, row.is_met = f"p95 ≤ {most:.0f} ms here ({TARGET_P95})", row.p95 <= most
        if page in before:
            row.limit, row.unit, row.ratio = before[page].p50, " ms", row.p50 / before[page].p50
            row.target = f"p50 ≤ {TARGET_RATIO[size]} of small, {row.target}"
            row.is_met &= row.ratio <= TARGET_RATIO[size]
        rows.append(row)
    return rows


def _page(stack, cast, name, path):
    """Measure one agent who requests a page again as soon as it is there."""
    question = cast.get(path, 0, stack.port)
    asyncio.run(one_after_another(stack.port, [question] * WARM_UP, SECONDS / 4))
    with stack.measured_cpu() as used:
        answered = asyncio.run(one_after_another(stack.port, [question] * REQUESTS, SECONDS))
    assert all(answer.status == 200 for _latency, answer in answered), answered[0]
    row = Row.of(name, [latency for latency, _answer in answered])
    row.queries = _queries(cast, path)
    size = len(answered[0][1].body) / 1024
    row.notes = [f"{row.queries} queries, {size:.1f} KiB; {usage(used)}; {each(used, 'web', len(answered))}"]
    return row


def _queries(cast, path):
    """Count the queries of a page in this process."""
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(cast.agents[0], backend="django.contrib.auth.backends.ModelBackend")
    browser.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return len(queries)
