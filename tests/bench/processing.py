"""Measure the processing of webhooks: how many events a second one processor takes, and whether it keeps up with a Page
that sends as fast as Facebook lets it.
"""

import asyncio
import itertools
import os
import threading
import time
import uuid
from contextlib import contextmanager
from datetime import timedelta

import psycopg
from django.db import connection
from django.utils import timezone

from console import tasks
from console.infrastructure.redis import redis
from console.models import InboundWebhook, Message
from tests.bench.client import at_rate
from tests.bench.figures import Row
from tests.bench.intake import forget_webhooks
from tests.bench.stack import CLOCK, each, usage
from tests.bench.webhooks import delivery, echo, post, read, reported_of, said

CONVERSATIONS = 300
MIX, MESSAGES = 6000, 4000  # events
TARGET_MIX, TARGET_MESSAGES = 1000, 600  # a second
STORED_TOGETHER = 500
PATIENCE = 120  # s
INSERT = """
INSERT INTO console_message (conversation_id, page_id, is_incoming, is_by_bot, is_automatic, source, text, payload,
    reaction, reaction_at, earlier_texts, edited_at, is_deleted, idempotency_key, mid, at, sent_at, revision, state,
    attempts, error, has_rate_slot, forgotten_personas, sent_as_page_because, reconciliations)
VALUES (%s, %s, true, false, false, '', %s, '', '', 0, '[]', 0, false, %s, %s, now(), now(), 1, 'received',
    0, '', false, 0, '', 0)
"""
AT_THE_SAME_TIME = 50  # texts whose events come together
MOST_TOGETHER = 100  # INSERTs in one transaction, as in one of ours
TEXTS, TEXTS_CONVERSATIONS = 300, 1500  # a second, which Facebook takes from one Page
MOST_BEHIND = 2.0  # s
LOOK_EVERY = 0.25  # s
LEAST = 0.98  # of the texts that were queued; the last ones are still on their way
LAST = 15  # s for the receipts of the last texts


def measure(stack, cast, facebook, machine, seconds):
    cast.grow(CONVERSATIONS)
    return [
        _backlog(stack, cast, machine, "events of a sending Page", _events_of_a_sending_page(cast), TARGET_MIX),
        _backlog(stack, cast, machine, "new messages", _new_messages(cast), TARGET_MESSAGES),
        _receipts(stack, cast, machine, seconds),
        _live(stack, cast, facebook, machine, seconds),
    ]


# How fast


def _backlog(stack, cast, machine, name, bodies, target):
    """Store webhooks while the processor is held, and measure how fast it processes them."""
    with stack.held("processor"):
        for start in range(0, len(bodies), STORED_TOGETHER):
            InboundWebhook.objects.store(*bodies[start : start + STORED_TOGETHER])
    with stack.measured_cpu() as used:
        start = time.monotonic()
        tasks.process_webhooks.delay()
        _wait_until(lambda: not InboundWebhook.objects.unprocessed().exists(), PATIENCE)
        rate = len(bodies) / (time.monotonic() - start)
    limit = _inserts_a_second(cast)
    row = Row(f"processed: {name}", rate=rate, limit=limit, ratio=rate / limit)
    row.target, row.is_met = machine.at_least(rate, target)
    row.notes = [f"{usage(used)}; {each(used, 'processor', len(bodies))}, {each(used, 'postgres', len(bodies))}"]
    row.notes += [f"{left} were not processed" for left in [InboundWebhook.objects.unprocessed().count()] if left]
    return row


def _inserts_a_second(cast):
    """Return the limit: how many messages a loop of INSERTs stores in transactions as large as ours."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as database:
        start = time.monotonic()
        for number in range(MESSAGES):
            conversation, key = cast.conversations[number % CONVERSATIONS], uuid.uuid4()
            database.execute(INSERT, [conversation.pk, cast.page.pk, cast.text(), key, f"m_{key}"])
            if number % MOST_TOGETHER == MOST_TOGETHER - 1:
                database.commit()
        return MESSAGES / (time.monotonic() - start)


def _events_of_a_sending_page(cast):
    """Return the webhooks about replies that Facebook has taken: echo, receipts, and the customer's next words."""
    bodies, sent = [], _sent_replies(cast, MIX // 4)
    for start in range(0, len(sent), AT_THE_SAME_TIME):
        some = sent[start : start + AT_THE_SAME_TIME]
        for report in (echo, delivery, read):
            bodies += [report(one.conversation.customer.psid, one.mid, str(one.idempotency_key)) for one in some]
        bodies += [said(one.conversation.customer.psid, cast.text()) for one in some]
    return bodies


def _sent_replies(cast, number):
    now = timezone.now()
    return Message.objects.bulk_create(
        Message(
            conversation=cast.conversations[place % CONVERSATIONS],
            page=cast.page,
            author=cast.conversations[place % CONVERSATIONS].agent,
            is_incoming=False,
            state=Message.State.SENT,
            text=cast.text(),
            mid=f"m_{uuid.uuid4().hex}",
            at=now + timedelta(milliseconds=place),
            attempts=1,
            attempted_at=now,
            revision=0,
        )
        for place in range(number)
    )


def _new_messages(cast):
    customers = [conversation.customer.psid for conversation in cast.conversations]
    return [said(customers[number % CONVERSATIONS], cast.text()) for number in range(MESSAGES)]


# Keeping up


def _receipts(stack, cast, machine, seconds):
    """Deliver the events of a Page that sends as fast as it may, scaled by the factor of this machine.

    Nothing is sent: the processor alone is measured.
    """
    sent = _sent_replies(cast, round(TEXTS * machine.factor) * seconds)
    questions = [post(body, stack.port) for body in _receipts_of(sent)]
    with _behind() as behind, stack.measured_cpu() as used:
        answered = asyncio.run(at_rate(stack.port, questions, len(questions) / seconds))
        _wait_until(lambda: not InboundWebhook.objects.unprocessed().exists(), LAST)
    rate = len(answered) / used[CLOCK]
    unread = Message.objects.filter(pk__in=[one.pk for one in sent]).exclude(state=Message.State.READ).count()
    row = Row.of(f"behind {len(questions) // seconds} receipts/s, {seconds} s", behind, rate=rate)
    row.target, row.is_met = f"never {MOST_BEHIND} s behind", max(behind) <= MOST_BEHIND and not unread
    row.notes = [f"{usage(used)}; {each(used, 'processor', len(questions))}", f"{max(behind):.2f} s at most"]
    row.notes += [f"{unread} of {len(sent)} texts are unread"] if unread else []
    forget_webhooks()
    return row


def _receipts_of(sent):
    """Return the webhooks of texts in the order in which they come: receipts some time after the echo."""
    windows = [sent[start : start + AT_THE_SAME_TIME] for start in range(0, len(sent), AT_THE_SAME_TIME)]
    return [
        report(one.conversation.customer.psid, one.mid, str(one.idempotency_key))
        for number in range(len(windows) + 3)
        for report, later in ((echo, 0), (delivery, 1), (read, 3))
        if 0 <= number - later < len(windows)
        for one in windows[number - later]
    ]


@contextmanager
def _behind():
    """Yield a list of how many seconds the processor is behind, which grows meanwhile."""
    behind, is_over = [], threading.Event()

    def look():
        while not is_over.wait(LOOK_EVERY):
            behind.append(_seconds_behind())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield behind
    finally:
        is_over.set()
        thread.join()


def _live(stack, cast, facebook, machine, seconds):
    """Send as fast as Facebook lets one Page, scaled by the factor of this machine, and process what Facebook tells of
    each text.
    """
    cast.grow(TEXTS_CONVERSATIONS)
    facebook.came, conversations, queued = {}, itertools.cycle(cast.conversations), 0
    with _behind() as behind, reported_of(facebook, stack.port) as webhooks, stack.measured_cpu() as used:
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            due = TEXTS * machine.factor * (time.monotonic() - start)
            queued += _queue_texts(cast, [*itertools.islice(conversations, round(due - queued))])
            time.sleep(LOOK_EVERY)
        rate = len(facebook.came) / (time.monotonic() - start)
        redis().delete("messages")
        Message.objects.filter(state=Message.State.QUEUED).update(state=Message.State.FAILED)
        _wait_until(lambda: not webhooks.waiting and not InboundWebhook.objects.unprocessed().exists(), LAST)
    sent = Message.objects.filter(text__in=[*facebook.came], is_incoming=False)
    unread = sent.exclude(state=Message.State.READ).count()
    row = Row.of(f"behind its receipts, {seconds} s", behind, rate=rate, limit=TEXTS, ratio=rate / TEXTS)
    row.target = f"≥ {LEAST:.0%} of {TEXTS * machine.factor:.0f}/s here ({TEXTS}/s), never {MOST_BEHIND} s behind"
    row.is_met = rate >= LEAST * TEXTS * machine.factor and max(behind) <= MOST_BEHIND and not unread
    row.notes = [
        f"{usage(used)}; {each(used, 'processor', 3 * len(facebook.came))}",
        f"the oldest webhook waited {max(behind):.2f} s at most; {unread} of {len(facebook.came)} are unread",
    ]
    return row


def _queue_texts(cast, conversations):
    """Queue a text in each of these conversations; return how many."""
    cast.queue_replies(len(conversations), conversations)
    for conversation in conversations:
        tasks.deliver.delay(conversation.pk)
    return len(conversations)


def _seconds_behind():
    oldest = InboundWebhook.objects.due().order_by("pk").values_list("received_at", flat=True).first()
    return (timezone.now() - oldest).total_seconds() if oldest else 0


def _wait_until(is_so, seconds):
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.02)
