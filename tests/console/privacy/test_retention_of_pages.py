"""The retention of a Page, where its rules differ from those of the installation."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from console import retention
from console.models import Attachment, Conversation, InboundWebhook, Message, RetentionRules
from console.models.inbound_webhook import MAX_ATTEMPTS
from messenger import events
from personas import pictures
from personas.models import Page
from tests.conftest import PAGE_ID, TOKEN, known_customer
from tests.console.conftest import fresh, webhook, words


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(retention, "PAUSE", 0)


@pytest.fixture
def pots(db):
    """Another Page."""
    return Page.objects.create(page_id="90909", token=TOKEN, name="Pots", state=Page.State.CONNECTED)


def closed_with(page, psid, days):
    """A conversation of a customer that was closed so many days ago."""
    conversation = known_customer(page, psid, name="Guest").conversation
    past = timezone.now() - timedelta(days=days)
    Conversation.objects.filter(pk=conversation.pk).update(closed_at=past, last_at=past)
    return Conversation.objects.get(pk=conversation.pk)


def stored(body, days):
    """A processed webhook that came so many days ago."""
    at = timezone.now() - timedelta(days=days)
    digest = hashlib.sha256(body + bytes([days])).hexdigest()
    row = InboundWebhook.objects.create(body=body.decode(), digest=digest, processed_at=at)
    InboundWebhook.objects.filter(pk=row.pk).update(received_at=at)
    return row


def body_of(*page_ids):
    entries = [webhook()["entry"][0] | {"id": page_id} for page_id in page_ids]
    return events.serialize({"object": "page", "entry": entries})


def there(*rows):
    return [type(row).objects.filter(pk=row.pk).exists() for row in rows]


# Messages


def test_a_page_with_a_shorter_time_loses_its_conversations_sooner_than_the_others(bluebird, pots, settings):
    settings.CONVERSATION_RETENTION_DAYS = 0
    RetentionRules.objects.create(page=bluebird, message_days=30)
    rows = closed_with(bluebird, "1", 31), closed_with(bluebird, "2", 29), closed_with(pots, "3", 31)
    retention.delete_old_rows()
    assert there(*rows) == [False, True, True]


@pytest.mark.parametrize("days", [0, 90])
def test_a_page_with_a_longer_time_keeps_its_conversations(bluebird, pots, settings, days):
    settings.CONVERSATION_RETENTION_DAYS = 30
    RetentionRules.objects.create(page=bluebird, message_days=days)
    rows = closed_with(bluebird, "1", 31), closed_with(pots, "2", 31)
    retention.delete_old_rows()
    assert there(*rows) == [True, False]


def test_a_page_whose_rules_are_empty_is_treated_as_the_installation_says(bluebird, settings):
    settings.CONVERSATION_RETENTION_DAYS = 30
    RetentionRules.objects.create(page=bluebird)
    conversation = closed_with(bluebird, "1", 31)
    retention.delete_old_rows()
    assert there(conversation) == [False]


# Files


@pytest.fixture
def picture(conversation, receive, by_mona, settings):
    """A picture that Mona sent 40 days ago, as the console has stored it."""
    sent = {"attachments": [{"type": "image", "payload": {"url": f"{settings.PUBLIC_URL}/a.png"}}]}
    receive(by_mona(message={"mid": "m_1"} | sent))
    attachment = Attachment.objects.get()
    attachment.store(pictures.initials("Ana Ruiz"))
    attachment.save()
    Message.objects.update(at=timezone.now() - timedelta(days=40))
    return attachment


def test_a_file_is_deleted_after_its_time_and_its_message_says_so(
    picture, bluebird, anas_browser, conversation, django_capture_on_commit_callbacks
):
    path = Path(picture.file.path)
    RetentionRules.objects.create(page=bluebird, file_days=30)
    with django_capture_on_commit_callbacks(execute=True):
        retention.delete_old_rows()
    assert not path.exists()
    assert fresh(picture).file.name == fresh(picture).url == ""
    assert not Attachment.objects.unfetched().exists()
    page = words(anas_browser.get(f"/conversations/{conversation.pk}/").text)
    assert "files are kept for a limited time" in page


@pytest.mark.parametrize("days", [None, 0, 41])
def test_a_file_stays_with_its_message_otherwise(picture, bluebird, days):
    RetentionRules.objects.create(page=bluebird, file_days=days)
    retention.delete_old_rows()
    assert fresh(picture).file


def test_a_file_that_is_still_to_be_sent_stays(picture, bluebird):
    Message.objects.update(state=Message.State.QUEUED, is_incoming=False, idempotency_key="0" * 32)
    RetentionRules.objects.create(page=bluebird, file_days=30)
    retention.delete_old_rows()
    assert fresh(picture).file


# Webhooks


def test_webhooks_of_a_page_are_deleted_after_its_time_and_those_of_others_stay(bluebird, pots):
    RetentionRules.objects.create(page=bluebird, webhook_days=5)
    rows = stored(body_of(PAGE_ID), 6), stored(body_of(PAGE_ID), 4), stored(body_of("90909"), 6)
    retention.delete_old_rows()
    assert there(*rows) == [False, True, True]


def test_a_body_about_two_pages_loses_the_one_whose_time_is_over(bluebird, pots):
    RetentionRules.objects.create(page=bluebird, webhook_days=5)
    both = stored(body_of(PAGE_ID, "90909"), 6)
    retention.delete_old_rows()
    body = fresh(both).body
    assert PAGE_ID not in body and "90909" in body


def test_a_webhook_that_waits_for_an_admin_stays(bluebird):
    RetentionRules.objects.create(page=bluebird, webhook_days=5)
    waits = stored(body_of(PAGE_ID), 6)
    InboundWebhook.objects.update(processed_at=None)
    retention.delete_old_rows()
    assert there(waits) == [True]


def test_a_page_is_looked_through_once_an_hour_and_goes_on_where_it_stopped(bluebird, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    rules = RetentionRules.objects.create(page=bluebird, webhook_days=5)
    first = stored(body_of(PAGE_ID), 7), stored(body_of(PAGE_ID), 6)
    retention.delete_old_rows()
    later = stored(body_of(PAGE_ID), 8)
    retention.delete_old_rows()
    assert there(*first, later) == [False, False, True]
    RetentionRules.objects.update(next_attempt_at=None)
    retention.delete_old_rows()
    assert there(later) == [False]
    assert fresh(rules).looked_at == later.pk


def test_a_webhook_that_is_still_to_be_processed_is_looked_at_again(bluebird):
    RetentionRules.objects.create(page=bluebird, webhook_days=5)
    waits, done = stored(body_of(PAGE_ID), 6), stored(body_of(PAGE_ID), 7)
    InboundWebhook.objects.filter(pk=waits.pk).update(processed_at=None)
    retention.delete_old_rows()
    assert there(waits, done) == [True, False]
    InboundWebhook.objects.filter(pk=waits.pk).update(processed_at=timezone.now())
    RetentionRules.objects.update(next_attempt_at=None)
    retention.delete_old_rows()
    assert there(waits) == [False]


def test_a_webhook_that_waits_for_an_admin_holds_up_none_behind_it(bluebird):
    rules = RetentionRules.objects.create(page=bluebird, webhook_days=5)
    given_up, later = stored(body_of(PAGE_ID), 7), stored(body_of(PAGE_ID), 6)
    InboundWebhook.objects.filter(pk=given_up.pk).update(processed_at=None, attempts=MAX_ATTEMPTS)
    retention.delete_old_rows()
    assert there(given_up, later) == [True, False]
    assert fresh(rules).looked_at == later.pk


@pytest.mark.django_db(transaction=True)
def test_a_webhook_that_somebody_has_locked_is_looked_at_again(bluebird):
    RetentionRules.objects.create(page=bluebird, webhook_days=5)
    locked, free = stored(body_of(PAGE_ID), 7), stored(body_of(PAGE_ID), 6)
    with psycopg.connect(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"]) as another:
        another.execute("SELECT 1 FROM console_inboundwebhook WHERE id = %s FOR UPDATE", [locked.pk])
        retention.delete_old_rows()
    assert there(locked, free) == [True, False]
    RetentionRules.objects.update(next_attempt_at=None)
    retention.delete_old_rows()
    assert there(locked) == [False]


def test_a_page_whose_retention_fails_stops_no_other(bluebird, pots, monkeypatch, caplog):
    for page in (bluebird, pots):
        RetentionRules.objects.create(page=page, webhook_days=5)
    broken, right = stored(b'{"entry": 7, "of": "%s"}' % PAGE_ID.encode(), 6), stored(body_of("90909"), 6)
    retention.delete_old_rows()
    assert there(broken, right) == [True, False]
    assert f"The retention failed at Page {bluebird.pk}" in caplog.text
