"""Measure Send: how soon Facebook gets the call, and how many messages a second one Page can send."""

import asyncio
import itertools
import time

from console import tasks
from console.infrastructure.redis import redis
from console.models import Message
from tests.bench.client import at_rate
from tests.bench.figures import Row
from tests.bench.stack import each, usage

RATE, SECONDS = 20, 10
TARGET_P95 = 50  # ms
BACKLOG, BACKLOG_SECONDS = 9000, 20
TARGET_RATE = 300  # a second, what Facebook takes from one Page
QUEUE = "messages"
LATE = 10  # s until a text that has not come is taken for lost


def measure(stack, cast, graph):
    return [_pressed(stack, cast, graph), _backlog(stack, cast, graph)]


def _pressed(stack, cast, graph):
    cast.grow(200)
    conversations = list(itertools.islice(itertools.cycle(cast.conversations), RATE * SECONDS))
    texts = [cast.text() for _conversation in conversations]
    questions = [cast.press_send(*pair, stack.port) for pair in zip(conversations, texts, strict=True)]
    due = {}
    with stack.measured_cpu() as used:
        answered = asyncio.run(
            at_rate(stack.port, questions, RATE, on_due=lambda number, moment: due.update({texts[number]: moment}))
        )
    _wait_until(lambda: all(text in graph.came for text in texts), LATE)
    failed = sum(answer.status != 200 for _latency, answer in answered)
    row = Row.of("Send pressed → Graph", [graph.came.get(text, float("inf")) - due[text] for text in texts], rate=RATE)
    row.target, row.is_met = f"p95 < {TARGET_P95} ms", row.p95 < TARGET_P95 and not failed
    answers = Row.of("", [latency for latency, _answer in answered])
    row.notes = [usage(used), f"the answer to the browser: p50 {answers.p50:.1f}, p95 {answers.p95:.1f} ms"]
    row.notes += [f"{failed} refused"] if failed else []
    return row


def _backlog(stack, cast, graph):
    cast.grow(1500)
    texts = cast.queue_replies(BACKLOG)
    for conversation in cast.conversations:
        tasks.deliver.delay(conversation.pk)
    before = len(graph.came)
    _wait_until(lambda: len(graph.came) > before, LATE)
    start, before = time.monotonic(), len(graph.came)
    with stack.measured_cpu() as used:
        _wait_until(
            lambda: all(text in graph.came for text in texts[-1:]) and len(graph.came) >= before + len(texts) - 1,
            BACKLOG_SECONDS,
        )
    came = sorted(moment for moment in graph.came.values() if moment > start)
    rate = len(came) / (came[-1] - start)
    redis().delete(QUEUE)
    Message.objects.pending().update(state=Message.State.FAILED)
    row = Row("texts a second on one Page", rate=rate, limit=TARGET_RATE, ratio=rate / TARGET_RATE)
    row.target, row.is_met = f"≥ {TARGET_RATE}/s", rate >= TARGET_RATE
    row.notes = [
        f"{usage(used)}; {each(used, 'worker', len(came))}",
        f"{len(came)} in {came[-1] - start:.0f} s, from a backlog of {BACKLOG}; the limit is Facebook's",
    ]
    return row


def _wait_until(is_so, seconds):
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.02)
