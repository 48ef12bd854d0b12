"""Measure the processing of webhooks: how many events a second one processor takes, and whether it keeps up with a Page
that sends as fast as Facebook lets it.
"""

import os
import time
import uuid
from datetime import timedelta

import psycopg
from django.utils import timezone

from console import tasks
from console.infrastructure.redis import redis
from console.models import InboundWebhook, Message
from tests.bench.figures import Row
from tests.bench.stack import each, told
from tests.bench.webhooks import delivery, echo, read, said, told_of

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
LAST = 15  # s for the receipts of the last texts


def measure(stack, cast, facebook, machine, seconds):
    cast.grow(CONVERSATIONS)
    return [
        _backlog(stack, cast, machine, "events of a sending Page", _events_of_a_sending_page(cast), TARGET_MIX),
        _backlog(stack, cast, machine, "new messages", _new_messages(cast), TARGET_MESSAGES),
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
    row.notes = [f"{told(used)}; {each(used, 'processor', len(bodies))}, {each(used, 'postgres', len(bodies))}"]
    row.notes += [f"{left} were not processed" for left in [InboundWebhook.objects.unprocessed().count()] if left]
    return row


def _inserts_a_second(cast):
    """Return the limit: how many messages a loop of INSERTs stores in transactions as large as ours."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        start = time.monotonic()
        for number in range(MESSAGES):
            conversation, key = cast.conversations[number % CONVERSATIONS], uuid.uuid4()
            connection.execute(INSERT, [conversation.pk, cast.page.pk, cast.text(), key, f"m_{key}"])
            if number % MOST_TOGETHER == MOST_TOGETHER - 1:
                connection.commit()
        return MESSAGES / (time.monotonic() - start)


def _events_of_a_sending_page(cast):
    """Return the webhooks about replies that Facebook has taken: echo, receipts, and the customer's next words."""
    bodies, sent = [], _sent_replies(cast, MIX // 4)
    for start in range(0, len(sent), AT_THE_SAME_TIME):
        some = sent[start : start + AT_THE_SAME_TIME]
        for tell in (echo, delivery, read):
            bodies += [tell(one.conversation.customer.psid, one.mid, str(one.idempotency_key)) for one in some]
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


# Whether it keeps up


def _live(stack, cast, facebook, machine, seconds):
    """Send as fast as Facebook lets one Page, and process what Facebook tells of each text."""
    cast.grow(TEXTS_CONVERSATIONS)
    behind, facebook.came = [], {}
    with told_of(facebook, stack.port) as webhooks, stack.measured_cpu() as used:
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            _queue_texts(cast)
            behind.append(_seconds_behind())
            time.sleep(LOOK_EVERY)
        rate = len(facebook.came) / (time.monotonic() - start)
        redis().delete("messages")
        Message.objects.filter(state=Message.State.QUEUED).update(state=Message.State.FAILED)
        _wait_until(lambda: not webhooks.waiting and not InboundWebhook.objects.unprocessed().exists(), LAST)
    sent = Message.objects.filter(text__in=[*facebook.came], is_incoming=False)
    unread = sent.exclude(state=Message.State.READ).count()
    row = Row.of(f"behind its receipts, {seconds} s", behind, rate=rate, limit=TEXTS, ratio=rate / TEXTS)
    row.target = f"{machine.at_least(rate, TEXTS)[0]}, never {MOST_BEHIND} s behind"
    row.is_met = machine.at_least(rate, TEXTS)[1] and max(behind) <= MOST_BEHIND and not unread
    row.notes = [
        f"{told(used)}; {each(used, 'processor', 3 * len(facebook.came))}",
        f"the oldest webhook waited {max(behind):.2f} s at most; {unread} of {len(facebook.came)} are unread",
    ]
    return row


def _queue_texts(cast):
    """Queue more texts, if fewer wait than the workers can send for some seconds."""
    if Message.objects.pending().count() < TEXTS_CONVERSATIONS:
        cast.queue_replies(TEXTS_CONVERSATIONS)
        for conversation in cast.conversations:
            tasks.deliver.delay(conversation.pk)


def _seconds_behind():
    oldest = InboundWebhook.objects.due().order_by("pk").values_list("received_at", flat=True).first()
    return (timezone.now() - oldest).total_seconds() if oldest else 0


def _wait_until(is_so, seconds):
    until = time.monotonic() + seconds
    while not is_so() and time.monotonic() < until:
        time.sleep(0.02)
