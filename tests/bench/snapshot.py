"""Measure sending while a backup holds a snapshot: PostgreSQL can clear away no old version of a row meanwhile."""

import asyncio
import itertools
import threading
import time
from contextlib import contextmanager

from django.db import connection

from console import tasks
from console.infrastructure.redis import redis
from console.models import InboundWebhook, Message
from tests.bench.client import at_rate
from tests.bench.figures import Row
from tests.bench.stack import usage

RATE = 200  # sends a second; on a slower machine fewer, by its factor
TICK = 0.05  # s between two handfuls of them
WEBHOOKS = 20  # a second, of customers meanwhile
BEFORE = 30  # s without a snapshot
CONVERSATIONS = 1500
TARGET_RATIO, TARGET_LATE = 0.9, 2  # of the rate before; s
QUEUE = "messages"
LATE = 10  # s until a text that has not come is taken for lost


def measure(stack, cast, graph, machine, seconds):
    cast.grow(CONVERSATIONS)
    sends = int(RATE * min(1, machine.factor))
    before = _phase(stack, cast, graph, sends, BEFORE)
    with _snapshot():
        during = _phase(stack, cast, graph, sends, seconds)
        sizes = _sizes()
    redis().delete(QUEUE)
    Message.objects.pending().update(state=Message.State.FAILED)
    ratio = during.rate / before.rate
    name = f"{sends} sends/s, {seconds} s under a snapshot"
    row = Row.of(name, during.late, rate=during.rate, limit=before.rate, ratio=ratio)
    slowest, oldest = max(during.late), max(during.waiting)
    row.target = f"ratio ≥ {TARGET_RATIO}, none later than {TARGET_LATE} s"
    row.is_met = ratio >= TARGET_RATIO and max(slowest, oldest) <= TARGET_LATE
    without, last = Row.of("", before.late), Row.of("", during.late[-sends * 20 :])
    row.notes = [
        usage(during.used),
        f"without a snapshot: p50 {without.p50:.1f}, p95 {without.p95:.1f}, p99 {without.p99:.1f} ms",
        f"in its last 20 s: p50 {last.p50:.1f}, p95 {last.p95:.1f}, p99 {last.p99:.1f} ms",
        f"the latest text {slowest:.2f} s after it was due; the oldest webhook waited {oldest:.2f} s",
        f"dead rows at its end: {sizes}",
    ]
    return [row]


class _Phase:
    """Some seconds of sending. late: of each text in their order, the seconds from its due moment to Facebook."""

    def __init__(self):
        self.rate, self.late, self.waiting, self.used = 0, [], [0], {}


def _phase(stack, cast, graph, sends, seconds):
    phase, due, end = _Phase(), {}, threading.Event()
    others = [
        threading.Thread(target=_receive, args=(stack, cast, seconds)),
        threading.Thread(target=_watch, args=(phase, end)),
    ]
    for thread in others:
        thread.start()
    start = time.monotonic()
    with stack.measured_cpu() as used:
        for number in range(int(seconds / TICK)):
            moment = start + number * TICK
            time.sleep(max(0, moment - time.monotonic()))
            due.update(dict.fromkeys(_send(cast, int(sends * TICK), number), moment))
        until = time.monotonic() + LATE
        while time.monotonic() < until and not all(text in graph.came for text in due):
            time.sleep(0.05)
    end.set()
    for thread in others:
        thread.join()
    phase.used = used
    phase.late = [graph.came.get(text, float("inf")) - moment for text, moment in due.items()]
    came = sorted(graph.came[text] for text in due if text in graph.came)
    phase.rate = len(came) / (came[-1] - came[0])
    return phase


def _send(cast, count, number):
    """Queue so many replies of different conversations, as Send does; return their texts."""
    at = number * count
    chosen = [cast.conversations[(at + one) % len(cast.conversations)] for one in range(count)]
    texts = cast.queue_replies(count, chosen)
    for conversation in chosen:
        tasks.deliver.delay(conversation.pk)
    return texts


def _receive(stack, cast, seconds):
    chosen = itertools.islice(itertools.cycle(cast.conversations), WEBHOOKS * seconds)
    questions = [cast.webhook(conversation, cast.text(), stack.port) for conversation in chosen]
    asyncio.run(at_rate(stack.port, questions, WEBHOOKS))


def _watch(phase, end):
    """Note how long the oldest webhook waits."""
    while not end.wait(1):
        with connection.cursor() as cursor:
            oldest = InboundWebhook.objects.due().values("received_at").order_by("pk")[:1]
            sql, parameters = oldest.query.sql_with_params()
            cursor.execute(f"SELECT extract(epoch FROM now() - ({sql}))", parameters)  # noqa: S608
            phase.waiting.append(float(cursor.fetchone()[0] or 0))
    connection.close()


@contextmanager
def _snapshot():
    """Hold a snapshot, as pg_dump does."""
    holder = connection.copy()
    with holder.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT count(*) FROM console_conversation")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
    holder.close()


def _sizes():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, n_dead_tup, round(100.0 * n_tup_hot_upd / greatest(n_tup_upd, 1))"
            " FROM pg_stat_user_tables WHERE relname LIKE 'console_%' AND n_dead_tup > 100 ORDER BY n_dead_tup DESC"
        )
        return ", ".join(f"{name} {dead} ({hot} % HOT)" for name, dead, hot in cursor.fetchall())
