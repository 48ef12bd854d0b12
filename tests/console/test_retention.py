"""Retention: old rows go, those that somebody waits for stay, and nobody waits for a deletion."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from axes.models import AccessLog
from django.db import connection, transaction
from django.utils import timezone

from agents.sessions import Session
from console import retention
from console.models import (
    Activity,
    Attachment,
    BotEvent,
    Conversation,
    Customer,
    Handover,
    HandoverRules,
    InboundWebhook,
    Message,
    Note,
    ScheduledReply,
)
from console.models.inbound_webhook import MAX_ATTEMPTS
from messenger.events import serialize
from personas import pictures
from tests.console.conftest import AT, EMPTY_WEBHOOK, fresh, webhook

OLD = timedelta(days=31)
PAYLOADS = Path(__file__).parent.parent / "payloads"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(retention, "PAUSE", 0)


@pytest.fixture
def stored(db):
    """Store a webhook that came so long ago."""

    def store(number, age=OLD, **fields):
        at = timezone.now() - age
        row = InboundWebhook.objects.create(
            **{"body": EMPTY_WEBHOOK.decode(), "digest": f"{number}", "processed_at": at} | fields
        )
        InboundWebhook.objects.filter(pk=row.pk).update(received_at=at)
        return row

    return store


def there(*rows):
    return [type(row).objects.filter(pk=row.pk).exists() for row in rows]


# Webhooks


def test_processed_webhooks_are_deleted_after_thirty_days_and_younger_ones_stay(stored):
    old, young = stored(1), stored(2, age=timedelta(days=29))
    retention.delete_old_rows()
    assert there(old, young) == [False, True]


def test_old_webhooks_that_are_unprocessed_or_wait_for_an_admin_are_never_deleted(stored):
    unprocessed = stored(1, processed_at=None)
    given_up = stored(2, processed_at=None, attempts=MAX_ATTEMPTS, error="The Page is not connected.")
    requeued = stored(3)
    requeued.requeue()
    processed = stored(4)
    retention.delete_old_rows()
    assert there(unprocessed, given_up, requeued, processed) == [True, True, True, False]


def test_the_setting_says_how_long_webhooks_are_kept(stored, settings):
    settings.WEBHOOK_RETENTION_DAYS = 90
    old, older = stored(1, age=timedelta(days=91)), stored(2)
    retention.delete_old_rows()
    assert there(old, older) == [False, True]


def test_a_backlog_of_many_batches_is_deleted_beside_rows_that_stay(stored, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 3)
    stays = [stored(number, processed_at=None) for number in range(4)]
    for number in range(10, 20):
        stored(number)
    retention.delete_old_rows()
    assert list(InboundWebhook.objects.order_by("pk")) == stays


def test_a_run_ends_in_time_and_the_next_one_goes_on(stored, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    monkeypatch.setattr(retention, "MOST_SECONDS", -1)
    for number in range(3):
        stored(number)
    retention.delete_old_rows()
    assert InboundWebhook.objects.count() == 2
    retention.delete_old_rows()
    assert InboundWebhook.objects.count() == 1


def test_one_kind_of_row_that_fails_stops_no_other(stored, monkeypatch):
    def failing():
        raise ValueError

    monkeypatch.setattr(retention, "KINDS", [failing, *retention.KINDS])
    old = stored(1)
    retention.delete_old_rows()
    assert there(old) == [False]


# Facebook repeats a webhook


EVENTS = sorted(path.stem for path in PAYLOADS.glob("*.json"))


def everything(page):
    """Return all rows that an event can make or change, without the columns that count changes."""
    tables = [Conversation, Message, Activity, Handover, Attachment, Customer, BotEvent, HandoverRules]
    rows = {model.__name__: list(model.objects.order_by("pk").values()) for model in tables}
    for row in [row for rows_of_table in rows.values() for row in rows_of_table]:
        row.pop("revision", None), row.pop("next_attempt_at", None)
    return rows | {"Page": type(page).objects.values("policy", "policy_at", "integrity", "paused_since").get()}


@pytest.mark.parametrize("kind", EVENTS)
def test_a_webhook_repeated_after_its_deletion_changes_nothing(kind, arrive, bluebird, sandbox):
    body = (PAYLOADS / f"{kind}.json").read_bytes()
    first = _receive(arrive, body)
    before = everything(bluebird)
    InboundWebhook.objects.all().delete()
    again = _receive(arrive, body)
    assert again.error == first.error
    assert everything(bluebird) == before


def _receive(arrive, body):
    assert arrive(body).status_code == 200
    inbound_webhook = InboundWebhook.objects.latest("pk")
    inbound_webhook.process()
    return inbound_webhook


def test_a_message_repeated_after_the_deletion_of_its_webhook_reaches_no_bot_again(arrive, bluebird, mona, said):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/hook")
    Conversation.objects.update(holder="bot", agent=None)
    body = serialize(webhook(said("m_1")))
    _receive(arrive, body)
    assert BotEvent.objects.count() == 1
    BotEvent.objects.all().delete()
    InboundWebhook.objects.all().delete()
    _receive(arrive, body)
    assert BotEvent.objects.count() == 0


# Nobody waits for a deletion


@pytest.fixture
def deletion_in_flight(transactional_db):
    """Begin to delete these rows in a transaction of another connection, and end it after the test."""
    end, threads = threading.Event(), []

    def begin(rows):
        begun = threading.Event()

        def delete():
            with transaction.atomic():
                retention._delete(rows)
                begun.set()
                end.wait(30)
            connection.close()

        threads.append(threading.Thread(target=delete))
        threads[0].start()
        assert begun.wait(10)

    yield begin
    end.set()
    for thread in threads:
        thread.join()


def test_webhooks_are_stored_and_processed_while_old_ones_are_being_deleted(
    deletion_in_flight, stored, arrive, mona, said
):
    old = stored(1)
    deletion_in_flight(InboundWebhook.objects.filter(pk=old.pk))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1s'")  # an error, if it waited for anything
        arrive(serialize(webhook(said("m_1"))))
        InboundWebhook.objects.process()
    assert Message.objects.filter(mid="m_1").exists()


def test_a_deletion_leaves_rows_that_another_run_is_deleting(deletion_in_flight, stored):
    first, second = stored(1), stored(2)
    deletion_in_flight(InboundWebhook.objects.filter(pk=first.pk))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '1s'")
        retention.delete_old_rows()
    assert there(first, second) == [True, False]  # the first is still there for everybody but its deleter


# Log-ins


def test_sessions_are_deleted_a_day_after_they_ended_and_valid_ones_stay(db):
    now = timezone.now()
    for key, expires in [("old", now - timedelta(hours=25)), ("valid", now + timedelta(hours=1))]:
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    retention.delete_old_rows()
    assert [session.session_key for session in Session.objects.all()] == ["valid"]


def test_notes_of_log_ins_are_deleted_after_a_year(db):
    for name, age in [("old", 366), ("young", 364)]:
        log_in = AccessLog.objects.create(username=name, path_info="/login/")
        AccessLog.objects.filter(pk=log_in.pk).update(attempt_time=timezone.now() - timedelta(days=age))
    retention.delete_old_rows()
    assert [log_in.username for log_in in AccessLog.objects.all()] == ["young"]


# Conversations


@pytest.fixture
def closed(receive, mona, said, by_mona, ana, settings):
    """A conversation with a picture, an activity and handovers, closed 31 days ago."""
    picture = {"attachments": [{"type": "image", "payload": {"url": f"{settings.PUBLIC_URL}/a.png"}}]}
    receive(said("m_1"), by_mona(message={"mid": "m_2"} | picture))
    receive(by_mona(referral={"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"}))
    conversation = fresh(mona.conversation)
    conversation.take(ana)
    conversation.close(ana)
    Attachment.objects.get().file.save("a.png", pictures.initials("Ana Ruiz"))
    mona.picture.save("mona.png", pictures.initials("Mona Weber"))
    past = timezone.now() - OLD
    Conversation.objects.filter(pk=conversation.pk).update(closed_at=past, last_at=past)
    settings.CONVERSATION_RETENTION_DAYS = 30
    return fresh(conversation)


def test_closed_conversations_are_kept_for_ever_by_default(closed, settings):
    settings.CONVERSATION_RETENTION_DAYS = 0
    retention.delete_old_rows()
    assert there(closed) == [True]


def test_a_conversation_closed_long_ago_is_deleted_with_its_files_and_customer(
    closed, ana, django_capture_on_commit_callbacks
):
    Note.objects.create(conversation=closed, author=ana, text="Kind", at=closed.closed_at, revision=1)
    paths = [Attachment.objects.get().file.path, fresh(closed.customer).picture.path]
    assert all(Path(path).exists() for path in paths)
    with django_capture_on_commit_callbacks(execute=True):
        retention.delete_old_rows()
    models = [Conversation, Message, Attachment, Activity, Handover, Note, Customer]
    assert [model for model in models if model.objects.exists()] == []
    assert not any(Path(path).exists() for path in paths)


def test_a_conversation_that_got_a_note_since_it_was_closed_stays(closed, ana):
    Note.objects.create(conversation=closed, author=ana, text="Kind", at=timezone.now(), revision=1)
    retention.delete_old_rows()
    assert there(closed) == [True]


def test_a_long_conversation_is_deleted_in_several_batches(closed, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    retention.delete_old_rows()
    assert Conversation.objects.count() == Message.objects.count() == 0


@pytest.mark.parametrize(
    "state",
    [
        {"closed_at": None},
        {"closed_at": timezone.now() - timedelta(days=29)},
        {"last_at": timezone.now() - timedelta(days=1)},
        {"waiting_since": timezone.now() - OLD},
    ],
    ids=["open", "closed lately", "written to lately", "waited for"],
)
def test_a_conversation_in_which_something_may_happen_stays(closed, state):
    Conversation.objects.filter(pk=closed.pk).update(**state)
    retention.delete_old_rows()
    assert there(closed) == [True]
    assert Message.objects.count() == 2


@pytest.fixture
def scheduled(ana):
    """A reply that was to go out so long ago."""

    def schedule(conversation, state, age=OLD):
        at = timezone.now() - age
        fields = {"text": "Is all well?", "at": at, "seen": 0, "state": state, "revision": 1}
        return ScheduledReply.objects.create(conversation=conversation, author=ana, **fields)

    return schedule


def test_a_conversation_goes_with_the_replies_that_were_scheduled_in_it(closed, scheduled):
    for state in ("sent", "discarded", "stopped", "refused"):
        scheduled(closed, state)
    retention.delete_old_rows()
    assert not Conversation.objects.exists()
    assert not ScheduledReply.objects.exists()


def test_a_conversation_with_a_reply_that_waits_for_its_moment_stays(closed, scheduled):
    scheduled(closed, "waiting", age=-OLD)
    retention.delete_old_rows()
    assert there(closed) == [True]


def test_scheduled_replies_that_were_sent_or_discarded_are_deleted_after_a_week(mona, scheduled):
    done = [scheduled(mona.conversation, state) for state in ("sent", "discarded")]
    shown = [scheduled(mona.conversation, state) for state in ("waiting", "stopped", "refused")]
    young = scheduled(mona.conversation, "sent", age=timedelta(days=6))
    retention.delete_old_rows()
    assert there(*done, *shown, young) == [False, False, True, True, True, True]


@pytest.mark.parametrize("state", [Message.State.QUEUED, Message.State.SENDING, Message.State.UNKNOWN])
def test_a_conversation_with_an_undelivered_or_unknown_reply_stays(closed, ana, state):
    reply = Message.objects.queue(closed, ana, "Hello", closed.last_at)
    Message.objects.filter(pk=reply.pk).update(state=state)
    retention.delete_old_rows()
    assert there(closed, reply) == [True, True]


def test_a_conversation_with_a_bot_event_or_a_call_to_facebook_outstanding_stays(closed, bluebird):
    bot_event = BotEvent.objects.create(page=bluebird, conversation=closed, kind=BotEvent.Kind.EVENT, body="{}")
    retention.delete_old_rows()
    assert there(closed) == [True]
    bot_event.delete()
    closed.handovers.order_by("pk").last().row.update(call="pass", done_at=None)
    retention.delete_old_rows()
    assert there(closed) == [True]


def test_a_customer_who_writes_after_the_deletion_begins_a_new_conversation(closed, receive, said, bluebird):
    retention.delete_old_rows()
    receive(said("m_9", "Are you still there?", at=AT + 1))
    assert Conversation.objects.get().last_words == "Are you still there?"


def test_a_conversation_that_somebody_has_locked_is_left_for_the_next_run(transactional_db, mona, settings):
    settings.CONVERSATION_RETENTION_DAYS = 30
    past, conversation = timezone.now() - OLD, mona.conversation
    Conversation.objects.filter(pk=conversation.pk).update(closed_at=past, last_at=past)
    locked, end = threading.Event(), threading.Event()

    def lock():
        with transaction.atomic():
            Conversation.objects.select_for_update().get(pk=conversation.pk)
            locked.set()
            end.wait(30)
        connection.close()

    holder = threading.Thread(target=lock)
    holder.start()
    assert locked.wait(10)
    retention.delete_old_rows()
    assert there(conversation) == [True]
    end.set()
    holder.join()
    retention.delete_old_rows()
    assert there(conversation) == [False]
