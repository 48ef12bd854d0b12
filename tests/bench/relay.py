"""Measure the relay: how much later a bot receives webhooks through the console than directly."""

import asyncio
import itertools
import json
import math
import time

from console.models import BotEvent, Conversation, HandoverRules, Holder
from tests.bench.client import at_rate
from tests.bench.figures import Row
from tests.bench.graph import Graph
from tests.bench.stack import each, usage

RATE, SECONDS, ROUNDS = 20, 5, 3
TARGET_P95 = 20  # ms that the console adds
LATE = 10  # s until a text that has not come is taken for lost


class Bot(Graph):
    """A minimal bot that accepts everything at once, in any envelope."""

    delay = 0

    def answer(self, body):
        if b'"message"' in body:
            (entry,) = json.loads(body)["entry"]
            self.came.setdefault(entry["messaging"][0]["message"]["text"], time.monotonic())
        return {}


def measure(stack, cast, port):
    """Measure the bot alone and behind the console in turns, so that both have the same machine."""
    cast.grow(RATE * SECONDS)
    keys = [conversation.pk for conversation in cast.conversations]
    HandoverRules.objects.update_or_create(
        page=cast.page, defaults={"webhook_url": f"http://127.0.0.1:{port}/webhooks/bot"}
    )
    Conversation.objects.filter(pk__in=keys).update(holder=Holder.BOT, agent=None)
    try:
        with Bot(port) as bot:
            _received(bot, stack, cast, stack.port, seconds=1)  # connections are opened, code is warm
            rounds = [[_received(bot, stack, cast, to) for to in (port, stack.port)] for _round in range(ROUNDS)]
    finally:
        HandoverRules.objects.filter(page=cast.page).delete()
        BotEvent.objects.all().delete()
        for conversation in cast.conversations:
            there = Conversation.objects.filter(pk=conversation.pk)
            there.update(holder=Holder.AGENT, agent=conversation.agent, waiting_since=None, unread=0)
    return [_row(*zip(*rounds, strict=True))]


def _row(alone, behind):
    direct = Row.of("", [late for latencies, _used in alone for late in latencies])
    relayed = Row.of("", [late for latencies, _used in behind for late in latencies])
    added = {part: getattr(relayed, part) - getattr(direct, part) for part in ("p50", "p95", "p99")}
    row = Row("added to what a bot hears", **added, rate=RATE, target=f"p95 < {TARGET_P95} ms")
    row.is_met = row.p95 < TARGET_P95
    used = behind[-1][1]
    row.notes = [
        f"{usage(used)}; {each(used, 'processor', RATE * SECONDS)}, {each(used, 'background', RATE * SECONDS)}",
        f"Facebook → bot: p50 {direct.p50:.1f}, p95 {direct.p95:.1f} ms",
        f"Facebook → console → bot: p50 {relayed.p50:.1f}, p95 {relayed.p95:.1f}, p99 {relayed.p99:.1f} ms",
    ]
    return row


def _received(bot, stack, cast, port, seconds=SECONDS):
    """Return the seconds from the moment at which each webhook was due until the bot had it."""
    chosen = list(itertools.islice(itertools.cycle(cast.conversations), RATE * seconds))
    texts = [cast.text() for _conversation in chosen]
    questions = [cast.webhook(*pair, port) for pair in zip(chosen, texts, strict=True)]
    due = {}
    with stack.measured_cpu() as used:
        asyncio.run(at_rate(port, questions, RATE, on_due=lambda number, moment: due.update({texts[number]: moment})))
        _wait_until(lambda: all(text in bot.came for text in texts))
    return [bot.came.get(text, math.inf) - due[text] for text in texts], used


def _wait_until(is_so):
    until = time.monotonic() + LATE
    while not is_so() and time.monotonic() < until:
        time.sleep(0.02)
