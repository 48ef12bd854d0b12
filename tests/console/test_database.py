"""Constraints of the database, and migrations of existing rows."""

import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from console.models import Conversation, Customer, InboundWebhook, Message

BEFORE = [("console", "0003_attachment_tries"), ("personas", "0002_life"), ("agents", "0001_initial")]


@pytest.fixture
def write(mona, bluebird):
    """A message of Mona's, but for what is said otherwise."""

    def message(**fields):
        usual = {"conversation": mona.conversation, "page": bluebird, "is_incoming": True, "state": "received"}
        return Message.objects.create(**usual | {"at": timezone.now(), "revision": 1} | fields)

    return message


@pytest.mark.parametrize(
    ("constraint", "rows"),
    [
        ("one_message_per_page_and_mid", [{"mid": "m_1"}, {"mid": "m_1"}]),
        (
            "console_message_idempotency_key_key",
            [{"idempotency_key": uuid.UUID(int=1)}, {"idempotency_key": uuid.UUID(int=1)}],
        ),
        ("received_is_incoming", [{"is_incoming": False}]),
        ("received_is_incoming", [{"state": "queued"}]),
        ("sent_has_its_mid", [{"is_incoming": False, "state": "delivered"}]),
    ],
)
def test_the_database_refuses_an_inconsistent_message(constraint, rows, write):
    *allowed, refused = rows
    for fields in allowed:
        write(**fields)
    refuses(constraint, lambda: write(**refused))


def test_messages_without_a_mid_do_not_collide(write):
    assert write().pk != write().pk


def test_the_database_refuses_a_second_customer_per_psid_or_conversation_per_customer(mona, bluebird):
    refuses("one_customer_per_page_and_psid", lambda: Customer.objects.create(page=bluebird, psid=mona.psid))
    refuses("customer_id", lambda: Conversation.objects.create(page=bluebird, customer=mona))


def test_the_database_refuses_a_closed_conversation_held_by_an_agent(conversation):
    change = Conversation.objects.filter(pk=conversation.pk).update
    refuses("nobody_holds_what_is_closed", lambda: change(closed_at=timezone.now()))


def test_the_database_refuses_a_second_inbound_webhook_with_one_digest(db):
    InboundWebhook.objects.create(body="{}", digest="x")
    refuses("digest", lambda: InboundWebhook.objects.create(body="{}", digest="x"))


def refuses(constraint, verb):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        verb()
