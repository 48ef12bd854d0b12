"""Guarantees that show only when two things happen in the same instant."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from console.models import BotEvent, Conversation, Customer, HandoverRules, Holder, InboundWebhook
from messenger.events import serialize
from tests.conftest import PAGE_ID
from tests.console.conftest import AT, fresh, is_a_lock_awaited, meanwhile, webhook
from tests.stand_in import Bot, eventually


@pytest.fixture
def two(transactional_db, bluebird, ana):
    """Ana's conversations with two people, in the order of their PSIDs; the second one began earlier."""
    second, first = (Customer.objects.create(page=bluebird, psid=psid) for psid in ("7002", "7001"))
    held = {"page": bluebird, "holder": Holder.AGENT, "agent": ana}
    later = Conversation.objects.create(customer=second, **held)
    return Conversation.objects.create(customer=first, **held), later


def holds_only_the_first(two, work):
    """Return whether work that waits for the first conversation has not locked the second."""
    first, second = two
    try:
        with transaction.atomic():
            Conversation.objects.select_for_update().get(pk=first.pk)
            thread = meanwhile(work)
            eventually(is_a_lock_awaited)
            return Conversation.objects.select_for_update(skip_locked=True).filter(pk=second.pk).exists()
    finally:
        thread.join(20)


def test_events_of_one_body_lock_conversations_in_the_order_of_customers(two, arrive):
    """Two processors whose bodies name the same people in another order would wait for each other for ever."""
    first, second = (conversation.customer.psid for conversation in two)
    said = [
        {"sender": {"id": psid}, "recipient": {"id": PAGE_ID}, "timestamp": AT, "message": {"mid": psid, "text": "Hi"}}
        for psid in (second, first)
    ]
    arrive(serialize(webhook(*said)))
    assert holds_only_the_first(two, lambda: _in_a_transaction(InboundWebhook.objects.get().process))


def test_leaving_locks_conversations_in_the_order_of_customers(two, ana):
    assert holds_only_the_first(two, lambda: _in_a_transaction(ana.leave))


def _in_a_transaction(work):
    with transaction.atomic():
        work()


@pytest.mark.django_db(transaction=True)
def test_a_reply_queued_just_before_the_lease_ends_is_sent_immediately(say, conversation, ana, mona, sandbox):
    """The reply's own worker finds the lease taken and leaves; the worker that has the lease must look again."""
    say("one")
    with connection.execute_wrapper(_just_before_the_lease_ends(lambda: _say_and_deliver(conversation, ana, "two"))):
        conversation.deliver()
    assert sandbox.texts(mona.psid) == ["one", "two"]


def _just_before_the_lease_ends(work):
    is_over = []

    def execute(execute, sql, parameters, many, context):
        if not is_over and sql.startswith('UPDATE "console_conversation" SET "leased_until" = NULL'):
            is_over.append(True)
            work()
        return execute(sql, parameters, many, context)

    return execute


def _say_and_deliver(conversation, ana, text):
    conversation = Conversation.objects.get(pk=conversation.pk)
    conversation.send(author=ana, text=text, idempotency_key=uuid.uuid4())
    conversation.deliver()


class Takes(Bot):
    """A bot whose customer is taken by an agent while it refuses."""

    def receive(self, headers, body):
        try:
            self.meanwhile()
        finally:
            connection.close()
        return super().receive(headers, body)


@pytest.mark.django_db(transaction=True)
def test_a_bot_is_not_marked_down_for_an_event_of_a_conversation_taken_meanwhile(mona, bluebird, ana):
    with Takes() as bot:
        bot.answers_always = 500
        bot.meanwhile = lambda: Conversation.objects.get(customer=mona).take(ana)
        rules = HandoverRules.objects.create(page=bluebird, webhook_url=bot.url)
        Conversation.objects.update(holder=Holder.BOT)
        old = timezone.now() - timedelta(hours=1)
        said = {"sender": {"id": mona.psid}, "recipient": {"id": PAGE_ID}, "timestamp": AT}
        body = serialize(webhook(said | {"message": {"mid": "m_1", "text": "Hi"}})).decode()
        bot_event = BotEvent.objects.create(
            page=bluebird, conversation=mona.conversation, kind=BotEvent.Kind.EVENT, body=body
        )
        BotEvent.objects.update(created_at=old)
        fresh(bot_event).deliver()
        assert len(bot.bodies) == 1
        assert (fresh(rules).bot_down_until, fresh(rules).bot_error) == (None, "")
    assert fresh(mona.conversation).agent == ana


@pytest.mark.parametrize("sign", ["said", "reacted"])
def test_a_facebook_clock_ahead_of_ours_does_not_extend_the_messaging_window(sign, receive, said, echo, by_mona, mona):
    ahead = int((timezone.now() + timedelta(hours=3)).timestamp() * 1000)
    if sign == "said":
        receive(said("m_1", "Hi", ahead))
    else:
        receive(echo("m_0", at=AT), by_mona(ahead, reaction={"mid": "m_0", "action": "react", "emoji": "❤"}))
    conversation = fresh(mona.conversation)
    assert conversation.customer_active_at <= timezone.now()
    assert conversation.messaging_window_until <= timezone.now() + timedelta(hours=24)
    assert conversation.human_agent_until <= timezone.now() + timedelta(days=7)
