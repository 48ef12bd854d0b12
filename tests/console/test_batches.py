"""Batches of webhooks: whatever is processed together ends as if each webhook had been processed alone."""

import json
import os
import signal
import subprocess
import sys
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
import time_machine
from django.conf import settings as console_settings
from django.db import DataError, connection, transaction
from django.db.models.signals import post_init
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from console.infrastructure.redis import redis
from console.live.publishing import channel
from console.models import (
    Activity,
    BotEvent,
    Conversation,
    Customer,
    Handover,
    HandoverRules,
    Holder,
    InboundWebhook,
    Message,
    inbound_webhook,
)
from console.models.inbound_batch import Batch
from messenger.events import make_entry, serialize_entries
from personas.models import Page
from tests.conftest import ROOT, environment_of_programs
from tests.console.conftest import AT, is_a_lock_awaited, meanwhile, texts
from tests.stand_in import eventually

OURS, INBOX = int(console_settings.FACEBOOK_APP_ID), 263902037430900
NOW = datetime.fromtimestamp(AT / 1000 + 60, UTC)
PAGES, PSIDS = ["100000000000001", "100000000000002"], ["7001", "7002", "7003"]
State = Message.State
QUICKLY = {
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


# Any events, split at random


def body(*events):
    """Return a body with these (Page's id, event)."""
    return serialize_entries([make_entry(page_id, raw["timestamp"], raw) for page_id, raw in events])


@st.composite
def events(draw):
    """One event of one of three customers on one of two Pages, of any kind that changes a conversation."""
    page_id, psid = draw(st.sampled_from(PAGES)), draw(st.sampled_from(PSIDS))
    at, mid = AT + 1000 * draw(st.integers(0, 20)), f"{page_id[-1]}-{psid}-{draw(st.sampled_from('abcd'))}"
    ours, key = f"{page_id[-1]}-{psid}-o{draw(st.integers(1, 3))}", str(key_of(page_id, psid, draw(st.integers(1, 3))))
    text = draw(st.sampled_from(["Hi", "a human, please", "Where is it?"]))
    by, to = {"sender": {"id": psid}, "timestamp": at}, {"recipient": {"id": psid}, "timestamp": at}
    said_by_page = {"is_echo": True, "text": "Hello"}
    kinds = [
        by | {"message": {"mid": mid, "text": text}},
        by | {"message": {"mid": mid, "text": text, "reply_to": {"mid": ours}}},
        by
        | {
            "message": {"mid": mid, "text": "", "attachments": [{"type": "image", "payload": {"url": "https://a.b/c"}}]}
        },
        by | {"message": {"mid": mid, "is_deleted": True}},
        by | {"message_edit": {"mid": mid, "text": "What I mean", "num_edit": 1}},
        by | {"postback": {"title": "Menu", "payload": "MENU"}},
        by | {"reaction": {"mid": draw(st.sampled_from([mid, ours])), "action": "react", "emoji": "❤"}},
        by | {"referral": {"ref": "shop", "source": "SHORTLINK", "type": "OPEN_THREAD"}},
        by | {"delivery": {"mids": [ours], "watermark": at}},
        by | {"read": {"watermark": at}},
        by | {"account_linking": {"status": "linked", "authorization_code": "x"}},
        by | {"pass_thread_control": {"previous_owner_app_id": "99", "new_owner_app_id": str(OURS)}},
        by | {"take_thread_control": {"previous_owner_app_id": str(OURS), "new_owner_app_id": "99"}},
        to | {"message": said_by_page | {"mid": ours, "app_id": OURS, "metadata": key}},
        to | {"message": said_by_page | {"mid": f"{ours}-again", "app_id": OURS, "metadata": key}},
        to | {"message": said_by_page | {"mid": f"{ours}-robin", "app_id": OURS}},
        to | {"message": said_by_page | {"mid": f"{ours}-inbox", "app_id": INBOX}},
    ]
    return page_id, draw(st.sampled_from(kinds))


def key_of(page_id, psid, number):
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{page_id} {psid} {number}")


@contextmanager
def world():
    """The rows before any event: each customer but one has a conversation, in which three replies are under way."""
    with transaction.atomic(), time_machine.travel(NOW, tick=False) as clock:
        for page_id in PAGES:
            page = Page.objects.create(page_id=page_id, token="EAA", name="Bakery")
            HandoverRules.objects.create(page=page, webhook_url="http://127.0.0.1:9/", words="human")
            for psid in PSIDS[1:]:
                _begin(page, psid)
        yield clock
        transaction.set_rollback(True)


def _begin(page, psid, holder=Holder.BOT):
    customer = Customer.objects.create(page=page, psid=psid)
    conversation = Conversation.objects.create(page=page, customer=customer, holder=holder)
    for number, state in enumerate([State.SENT, State.UNKNOWN, State.SENDING], start=1):
        conversation.messages.create(
            page=page,
            is_incoming=False,
            is_by_bot=True,
            state=state,
            text=f"reply {number}",
            mid=f"{page.page_id[-1]}-{psid}-o{number}" if state == State.SENT else None,
            idempotency_key=key_of(page.page_id, psid, number),
            attempts=1,
            attempted_at=NOW,
            at=NOW + timedelta(milliseconds=number),
            revision=0,
        )


def outcome(bodies, sizes):
    """Return the rows after these bodies, processed in batches of these sizes; those that failed, twice."""
    with world() as clock:
        for one in bodies:
            InboundWebhook.objects.store(one)
        for size in sizes:
            Batch().process(lambda size=size: InboundWebhook.objects.take(size))
        for _attempt in range(2):
            clock.shift(timedelta(minutes=1))
            while InboundWebhook.objects.due().exists():
                Batch().process(lambda: InboundWebhook.objects.take(1))
        return list(map(_thread, Conversation.objects.order_by("page__page_id", "customer__psid")))


def _thread(conversation):
    """Return the rows of a conversation; those of messages without the revisions, which may be later in a batch."""
    unlike = {"id", "conversation_id", "page_id", "customer_id", "reason_id", "idempotency_key", "message_id"}

    def rows(queryset, *more):
        return [{name: row[name] for name in row.keys() - unlike - {*more}} for row in queryset.order_by("pk").values()]

    messages = conversation.messages.order_by("pk")
    return {
        "who": (conversation.page.page_id, conversation.customer.psid),
        "conversation": rows(Conversation.objects.filter(pk=conversation.pk)),
        "messages": rows(messages, "revision"),
        "order": list(messages.filter(is_incoming=True, reply_to="").order_by("revision", "pk").values_list("mid")),
        "files": rows(messages.model.attachments.rel.related_model.objects.filter(message__conversation=conversation)),
        "handovers": rows(Handover.objects.filter(conversation=conversation)),
        "activities": rows(Activity.objects.filter(conversation=conversation)),
        "bot events": rows(BotEvent.objects.filter(conversation=conversation)),
    }


def is_never_early(event):
    """Return whether the event waits for no other. An event that waits is processed again with its body."""
    _page_id, raw = event
    is_receipt = "delivery" in raw or "read" in raw
    may_be_first = is_receipt and raw["sender"]["id"] == PSIDS[0]
    return "reaction" not in raw and not may_be_first and "robin" not in raw.get("message", {}).get("mid", "")


def in_order(thread):
    """Return a thread without what depends on the bodies. A message between others has its place, not its moment."""
    rows = {name: thread[name] for name in thread.keys() - {"who", "order", "bot events"}}
    moments = sorted({row["at"] for name in ("messages", "handovers", "activities") for row in rows[name]})
    places = {moment: number for number, moment in enumerate(moments)}
    return {name: [_in_order(row, places) for row in some] for name, some in rows.items()}


def _in_order(row, places):
    known = {name: value for name, value in row.items() if name not in ("revision", "rank")}
    return {name: places.get(value, value) if isinstance(value, datetime) else value for name, value in known.items()}


def differences(threads, others):
    """Return the parts of threads that differ, with the columns that do."""
    pairs = [(one, other, part) for one, other in zip(threads, others, strict=True) for part in one]
    return [_difference(one[part], other[part]) for one, other, part in pairs if one[part] != other[part]]


def _difference(rows, others):
    pairs = zip(rows, others, strict=False)
    columns = [
        {name: (a[name], b[name]) for name in a if a[name] != b[name]} if isinstance(a, dict) else (a, b)
        for a, b in pairs
    ]
    return len(rows), len(others), columns


def split(items, sizes):
    items = iter(items)
    return [part for size in sizes if (part := list(islice(items, size)))] + [[one] for one in items]


SIZES = st.lists(st.integers(1, 8), max_size=12)


@pytest.mark.slow
def test_any_webhooks_leave_the_same_rows_in_batches_as_one_by_one(db):
    @settings(max_examples=60, **QUICKLY)
    @given(st.lists(events(), max_size=30), SIZES, SIZES)
    def play(reported, in_bodies, in_batches):
        bodies = [body(*some) for some in split(reported, in_bodies)]
        together = outcome(bodies, [*in_batches, 100])
        assert differences(together, outcome(bodies, [1] * len(bodies))) == []

    play()


@pytest.mark.slow
def test_any_events_leave_the_same_threads_in_one_body_as_in_bodies_of_their_own(db):
    @settings(max_examples=30, **QUICKLY)
    @given(st.lists(events().filter(is_never_early), max_size=20, unique_by=str), SIZES)
    def play(reported, in_bodies):
        together = outcome([body(*some) for some in split(reported, in_bodies)], [100])
        alone = outcome([body(one) for one in reported], [1] * len(reported))
        assert differences(map(in_order, together), map(in_order, alone)) == []

    play()


def test_a_receipt_in_a_batch_reaches_no_message_whose_mid_an_echo_has_just_changed(db):
    psid, key = PSIDS[1], str(key_of(PAGES[0], PSIDS[1], 1))
    echo = {"is_echo": True, "app_id": OURS, "mid": "another", "metadata": key, "text": "Hello"}
    reported = [
        {"sender": {"id": PAGES[0]}, "recipient": {"id": psid}, "timestamp": AT, "message": echo},
        {"sender": {"id": psid}, "timestamp": AT, "delivery": {"mids": [f"1-{psid}-o1"], "watermark": AT - 1}},
    ]
    bodies = [body((PAGES[0], event)) for event in reported]
    assert differences(outcome(bodies, [2]), outcome(bodies, [1, 1])) == []


def test_a_second_message_in_a_batch_gets_the_id_that_the_first_one_gives_up(db):
    psid, key = PSIDS[1], str(key_of(PAGES[0], PSIDS[1], 1))
    said = {"is_echo": True, "app_id": OURS, "metadata": key, "text": "Hello"}
    to = {"sender": {"id": PAGES[0]}, "recipient": {"id": psid}, "timestamp": AT}
    reported = [to | {"message": said | {"mid": f"1-{psid}-o1{again}"}} for again in ("-again", "")]
    bodies = [body((PAGES[0], event)) for event in reported]
    assert differences(outcome(bodies, [2]), outcome(bodies, [1, 1])) == []


def test_a_message_in_a_batch_stands_before_a_reply_whose_echo_has_just_given_it_a_later_time(db):
    psid, key = PSIDS[1], str(key_of(PAGES[0], PSIDS[1], 3))
    echo = {"is_echo": True, "app_id": OURS, "mid": "confirmed", "metadata": key, "text": "Hello"}
    postback = {"title": "Menu", "payload": "MENU"}
    reported = [
        {"sender": {"id": psid}, "timestamp": AT + 14_000, "postback": postback},
        {"sender": {"id": PAGES[0]}, "recipient": {"id": psid}, "timestamp": AT + 20_000, "message": echo},
        {"sender": {"id": psid}, "timestamp": AT + 1000, "message": {"mid": "delayed", "text": "Hi"}},
    ]
    bodies = [body((PAGES[0], event)) for event in reported]
    assert differences(outcome(bodies, [3]), outcome(bodies, [1, 1, 1])) == []


# Failures


def say(psid, mid, at=AT, page_id=PAGES[0], **more):
    said = {"mid": mid, "text": mid} | more
    return body((page_id, {"sender": {"id": psid}, "recipient": {"id": page_id}, "timestamp": at, "message": said}))


@pytest.fixture
def bakery(db):
    return Page.objects.create(page_id=PAGES[0], token="EAA", name="Bakery")


@pytest.fixture
def poison():
    """A message at which the console fails, however often it is processed."""

    def fail(instance, **more):
        if instance.mid == "poison":
            raise ValueError("poison")

    post_init.connect(fail, sender=Message)
    yield "poison"
    post_init.disconnect(fail, sender=Message)


def test_a_webhook_that_fails_in_a_batch_fails_alone(bakery, poison):
    for number in range(60):
        InboundWebhook.objects.store(say(PSIDS[number % 3], poison if number == 37 else f"m_{number}", AT + number))
    InboundWebhook.objects.process()
    assert sorted(texts(Message.objects)) == sorted(f"m_{number}" for number in range(60) if number != 37)
    [failed] = InboundWebhook.objects.unprocessed()
    assert (failed.error, failed.attempts) == ("ValueError: poison", 1)


def test_the_other_events_of_a_webhook_that_fails_are_processed(bakery, poison):
    said = [(PAGES[0], json.loads(say("7001", mid))["entry"][0]["messaging"][0]) for mid in ("m_1", poison, "m_2")]
    InboundWebhook.objects.store(say("7002", "m_0"))
    InboundWebhook.objects.store(body(*said))
    InboundWebhook.objects.process()
    assert texts(Message.objects.order_by("pk")) == ["m_0", "m_1", "m_2"]


def test_a_webhook_that_fails_again_and_again_makes_few_batches_fail(bakery, poison):
    """The webhook fails alone each time, and the others pass."""
    InboundWebhook.objects.store(say("7001", poison))
    for attempt in range(20):
        InboundWebhook.objects.update(next_attempt_at=None)
        InboundWebhook.objects.store(say("7002", f"m_{attempt}", AT + attempt))
        InboundWebhook.objects.process()
        assert Message.objects.count() == attempt + 1
    assert InboundWebhook.objects.get(processed_at=None).attempts == 12


def test_a_reaction_that_waits_for_its_message_rolls_nothing_back(bakery):
    reported = {"sender": {"id": "7001"}, "timestamp": AT, "reaction": {"mid": "m_9", "action": "react", "emoji": "❤"}}
    for number in range(3):
        InboundWebhook.objects.store(say("7002", f"m_{number}", AT + number))
    InboundWebhook.objects.store(body((PAGES[0], reported)))
    with CaptureQueriesContext(connection) as queries:
        InboundWebhook.objects.process()
    assert not [query for query in queries if query["sql"].startswith("ROLLBACK")]
    assert InboundWebhook.objects.get(processed_at=None).attempts == 1
    assert Message.objects.count() == 3


def test_a_batch_that_fails_gives_its_turn_back_in_the_same_transaction(transactional_db):
    """Keep working behind pgbouncer, where the next transaction may have another session."""

    def take():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with CaptureQueriesContext(connection) as queries, pytest.raises(DataError):
        Batch().process(take)
    said = [query["sql"].split("(")[0] for query in queries]
    assert said.index("SELECT pg_advisory_unlock") < said.index("ROLLBACK")


# How many queries


def queries_of_a_batch(customers):
    """Count the queries for so many customers: some new, and others with an echo, receipts and new words."""
    page = Page.objects.create(page_id=PAGES[0], token="EAA", name="Bakery")
    for number in range(customers):
        _begin(page, f"{8000 + number}", Holder.QUEUE)
        InboundWebhook.objects.store(say(f"{9000 + number}", f"n_{number}"))
        psid, ours = f"{8000 + number}", f"1-{8000 + number}-o1"
        echo = {"is_echo": True, "app_id": OURS, "mid": ours, "metadata": str(key_of(PAGES[0], psid, 1)), "text": ""}
        for reported in (
            {"sender": {"id": PAGES[0]}, "recipient": {"id": psid}, "message": echo},
            {"sender": {"id": psid}, "delivery": {"mids": [ours], "watermark": AT + 1}},
            {"sender": {"id": psid}, "read": {"watermark": AT + 1}},
            {"sender": {"id": psid}, "message": {"mid": f"m_{psid}", "text": "Thank you"}},
        ):
            InboundWebhook.objects.store(body((PAGES[0], reported | {"timestamp": AT + 1})))
    with CaptureQueriesContext(connection) as queries:
        Batch().process(lambda: InboundWebhook.objects.take(1000))
    assert not InboundWebhook.objects.unprocessed().exists()
    assert Message.objects.filter(state=State.READ).count() == customers
    return len(queries)


def test_a_batch_needs_the_same_number_of_queries_for_any_number_of_events(db):
    counts = []
    for customers in (2, 20):
        with transaction.atomic():
            counts.append(queries_of_a_batch(customers))
            transaction.set_rollback(True)
    assert counts[0] == counts[1] <= 30


# Publishing


def test_a_batch_publishes_once_for_the_rows_that_change_and_once_for_the_others(
    bakery, django_capture_on_commit_callbacks
):
    _begin(bakery, "7002", Holder.QUEUE), _begin(bakery, "7003", Holder.QUEUE)
    for psid in ("7002", "7003"):
        read = {"sender": {"id": psid}, "timestamp": AT, "read": {"watermark": AT}}
        InboundWebhook.objects.store(body((PAGES[0], read)))
        InboundWebhook.objects.store(say("7001", f"m_{psid}"))
    with subscribed() as published:
        with django_capture_on_commit_callbacks(execute=True):
            Batch().process(lambda: InboundWebhook.objects.take(10))
        listed, others, nothing = published(), published(), published(0.1)
    by_psid = {one.customer.psid: f"conversation-{one.pk}" for one in Conversation.objects.all()}
    assert set(listed) >= {by_psid["7001"], "queue"}
    assert (set(others), nothing) == ({by_psid["7002"], by_psid["7003"]}, None)


@pytest.mark.parametrize(("number", "is_news"), [(1, False), (2, True), (3, True)])  # sent, unknown, sending
def test_an_echo_renews_the_row_of_its_conversation_only_if_it_brings_news(
    bakery, django_capture_on_commit_callbacks, number, is_news
):
    _begin(bakery, "7002")
    mid, key = f"1-7002-o{number}", str(key_of(PAGES[0], "7002", number))
    message = {"is_echo": True, "text": "Hello", "mid": mid, "app_id": OURS, "metadata": key}
    InboundWebhook.objects.store(body((PAGES[0], {"recipient": {"id": "7002"}, "timestamp": AT, "message": message})))
    with subscribed() as published:
        with django_capture_on_commit_callbacks(execute=True):
            Batch().process(lambda: InboundWebhook.objects.take(10))
        assert ("queue" in published()) == is_news


@contextmanager
def subscribed():
    """Yield a function that returns the topics of the next publication; None if there is none in so many seconds."""
    with redis().pubsub(ignore_subscribe_messages=True) as subscription:
        subscription.subscribe(channel())
        subscription.get_message(timeout=5)

        def published(within=5):
            message = subscription.get_message(timeout=within)
            return message and message["data"].split()

        yield published


# Several processors


def process_all():
    """Process as a processor of another machine does, which knows nothing of this one."""
    while InboundWebhook.objects.due().exists():
        Batch().process(lambda: InboundWebhook.objects.take(7))


def test_two_processors_keep_the_order_of_each_conversation(transactional_db):
    Page.objects.create(page_id=PAGES[0], token="EAA", name="Bakery")
    for number in range(300):
        InboundWebhook.objects.store(say(f"{7000 + number % 5}", f"{number:03}"))
    for thread in [meanwhile(process_all) for _processor in range(3)]:
        thread.join()
    assert not InboundWebhook.objects.exclude(error="").exists()
    for conversation in Conversation.objects.all():
        received = list(conversation.messages.order_by("revision").values_list("text", flat=True))
        assert received == sorted(received)
        assert len(received) == 60


PROCESSOR = """
import django
django.setup()
from console.models import InboundWebhook
InboundWebhook.objects.process()
"""


def process_what_is_left():
    InboundWebhook.objects.process()
    return not InboundWebhook.objects.unprocessed().exists()


def test_webhooks_of_a_killed_processor_are_processed_once_by_another(transactional_db):
    page = Page.objects.create(page_id=PAGES[0], token="EAA", name="Bakery")
    _begin(page, "7001")
    for number in range(20):
        InboundWebhook.objects.store(say("7001", f"m_{number:02}", AT + number))
    environment = os.environ | environment_of_programs() | {"DJANGO_SETTINGS_MODULE": "console.settings"}
    with transaction.atomic():
        Conversation.objects.select_for_update().get()
        processor = subprocess.Popen([sys.executable, "-c", PROCESSOR], cwd=ROOT, env=environment)
        eventually(is_a_lock_awaited, seconds=30)
        processor.send_signal(signal.SIGKILL)
        processor.wait()
    eventually(process_what_is_left)  # PostgreSQL notices its death when it has got the lock
    received = Message.objects.filter(is_incoming=True).order_by("pk")
    assert texts(received) == [f"m_{number:02}" for number in range(20)]


# Conversations that stay locked


@contextmanager
def locked(psid):
    """Lock a conversation, as an admin's slow request or a client that is lost does."""
    with transaction.atomic():
        Conversation.objects.select_for_update().get(customer__psid=psid)
        yield


def test_a_conversation_that_stays_locked_delays_no_other(transactional_db):
    page = Page.objects.create(page_id=PAGES[0], token="EAA", name="Bakery")
    _begin(page, "7001")
    for number in range(6):
        InboundWebhook.objects.store(say(PSIDS[number % 3], f"m_{number}", AT + number))
    with locked("7001"):
        meanwhile(InboundWebhook.objects.process).join(10)
        assert set(texts(Message.objects.filter(is_incoming=True))) == {"m_1", "m_2", "m_4", "m_5"}
    assert {(one.attempts, one.error) for one in InboundWebhook.objects.unprocessed()} == {(0, "")}
    assert not InboundWebhook.objects.due().exists()
    InboundWebhook.objects.make_due()
    InboundWebhook.objects.process()
    received = Conversation.objects.get(customer__psid="7001").messages.filter(is_incoming=True)
    assert texts(received.order_by("revision")) == ["m_0", "m_3"]


def test_a_webhook_is_put_off_whole_with_those_behind_it_about_the_same_customers(transactional_db):
    page = Page.objects.create(page_id=PAGES[0], token="EAA", name="Bakery")
    _begin(page, "7001")
    both = [json.loads(say(psid, f"both_{psid}"))["entry"][0]["messaging"][0] for psid in ("7001", "7002")]
    InboundWebhook.objects.store(body(*[(PAGES[0], one) for one in both]))
    InboundWebhook.objects.store(say("7002", "behind", AT + 1))
    InboundWebhook.objects.store(say("7003", "apart"))
    with locked("7001"):
        meanwhile(InboundWebhook.objects.process).join(10)
        assert texts(Message.objects.filter(is_incoming=True)) == ["apart"]
    assert InboundWebhook.objects.unprocessed().count() == 2


# Large bodies


def test_a_batch_loads_only_bodies_that_fit_together_and_leaves_the_rest_to_the_next(transactional_db):
    Page.objects.create(page_id=PAGES[0], token="EAA", name="Bakery")
    for number in range(10):
        InboundWebhook.objects.store(say("7001", f"m_{number}", AT + number, text="x" * 1024 * 1024))
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        ours = InboundWebhook.objects.take(100)
        assert [len(one.body) > 1024 * 1024 for one in ours] == [True] * 3
        theirs = []
        meanwhile(lambda: theirs.extend(_take(100))).join(10)
    assert [one.pk for one in [*ours, *theirs]] == list(
        InboundWebhook.objects.order_by("pk").values_list("pk", flat=True)[:6]
    )
    assert not [query for query in queries if '"body",' in query["sql"] and " = ANY(" not in query["sql"]]


def _take(most):
    with transaction.atomic():
        return InboundWebhook.objects.take(most)


def test_a_body_larger_than_a_batch_is_processed_alone(bakery, monkeypatch):
    monkeypatch.setattr(inbound_webhook, "MOST_BYTES", 100)
    for number in range(3):
        InboundWebhook.objects.store(say("7001", f"m_{number}", AT + number))
    InboundWebhook.objects.process()
    assert texts(Message.objects.order_by("pk")) == ["m_0", "m_1", "m_2"]
