"""Every unanswered customer is visible to an agent, or returns to the queue."""

import logging
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from agents.models import Agent
from console.calls.news import News, news_between
from console.models import CannotReceive, Cause, Conversation, HandoverRules, Holder, Message
from console.models.conversation.revision import Change
from console.sweep import sweep
from personas.models import Page
from tests.console.conftest import fresh, lines, now, words

NO = {"code": 100, "error_subcode": 2018109, "message": "(#100) No matching user found"}
State = Message.State


@pytest.fixture
def bot(bluebird):
    return HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/bot", words="human")


@pytest.fixture
def refused(sandbox, conversation, say):
    """Facebook refuses Ana's reply when a worker sends it, after something else that Ana does."""

    def after(verb):
        message = say("The parcel comes tomorrow.")
        sandbox.fail("messages", status=400, error=NO)
        verb()
        Conversation.objects.get().deliver()
        assert fresh(message).state == State.FAILED
        return message

    return after


@pytest.fixture
def sales(bluebird):
    """The Page's conversations are for this group."""
    group = Group.objects.create(name="Sales")
    bluebird.groups.add(group)
    Page.objects.update(is_open_to_all=False)
    return group


def state_of(conversation):
    """Return the values of which news is made, as they are now."""
    return Change(fresh(conversation)).states[2]


def unattended():
    return Conversation.objects.unattended()


# A reply that Facebook refuses


def test_a_reply_refused_after_close_reopens_the_conversation_for_its_author(refused, conversation, ana):
    message = refused(lambda: conversation.close(ana))
    assert (fresh(conversation).agent, conversation.is_open, conversation.is_new) == (ana, True, True)
    assert lines(conversation)[-1] == f"queue → Ana Ruiz not-sent “{message.error}”"
    assert conversation.waiting_since


def test_a_reply_refused_after_hand_back_returns_the_conversation_to_its_author(bot, refused, conversation, ana):
    refused(lambda: conversation.hand_back(ana))
    assert fresh(conversation).agent == ana


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_a_reply_refused_after_the_conversation_was_let_go_calls_its_author(verb, bot, refused, conversation, ana):
    let_go = []
    refused(lambda: (getattr(conversation, verb)(ana), let_go.append(state_of(conversation))))
    after = state_of(conversation)
    assert (news_between(let_go[0], after), after.agent_id) == (News.UNSENT, ana.pk)


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_a_conversation_with_a_refused_reply_stays_with_its_author_until_they_deal_with_it(
    verb, bot, refused, conversation, ana
):
    HandoverRules.objects.update(back_after=60)
    message = refused(lambda: getattr(conversation, verb)(ana))
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        sweep()
    assert (fresh(conversation).agent, conversation.waiting_since is None) == (ana, False)
    conversation.retry(message, ana)
    assert conversation.waiting_since is None


def test_the_queue_shows_a_refused_reply_to_its_author(refused, conversation, ana, client):
    message = refused(lambda: conversation.close(ana))
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert "Your reply to Mona Weber was not sent" in words(client.get("/").content.decode())
    page = words(client.get(f"/conversations/{conversation.pk}/").content.decode())
    assert f"A reply was not sent. {message.error}" in page


def test_a_conversation_with_a_refused_reply_goes_to_the_queue_when_its_author_is_away(refused, conversation, ana):
    refused(lambda: (conversation.close(ana), ana.go_away()))
    assert (fresh(conversation).holder, conversation.is_open) == (Holder.QUEUE, True)
    assert conversation.reason.cause == Cause.NOT_SENT


def test_a_conversation_with_a_refused_reply_stays_with_the_colleague_who_holds_it(refused, conversation, ana, ben):
    refused(lambda: conversation.transfer(ana, to=ben))
    assert fresh(conversation).agent == ben


def test_a_conversation_closed_after_a_reply_was_refused_stays_closed(refused, conversation, ana):
    refused(lambda: None)
    conversation.close(ana)
    assert not unattended().exists()
    sweep()
    assert not fresh(conversation).is_open


def test_a_refused_reply_of_the_bot_puts_the_conversation_in_the_queue(bot, mona, sandbox):
    Conversation.objects.update(holder=Holder.BOT)
    conversation = Conversation.objects.get()
    conversation.send(author=None, text="We are open.", idempotency_key=uuid.uuid4())
    sandbox.fail("messages", status=400, error=NO)
    conversation.deliver()
    assert (fresh(conversation).holder, conversation.reason.cause) == (Holder.QUEUE, Cause.NOT_SENT)


def test_the_sweep_finds_a_refused_reply_whose_worker_died(refused, conversation, ana, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Conversation, "note_unsent", lambda self: None)
        refused(lambda: conversation.close(ana))
    assert unattended().get() == conversation
    sweep()
    assert fresh(conversation).agent == ana


# Agents who may no longer see it


@pytest.mark.parametrize("verb", ["take", "take_over", "reopen"])
def test_an_agent_who_leaves_while_their_request_is_under_way_does_not_get_the_conversation(verb, mona, ana):
    Agent.objects.get(username="ana").leave()
    with pytest.raises(CannotReceive):
        getattr(mona.conversation, verb)(ana)
    assert fresh(mona.conversation).holder == Holder.QUEUE


def test_an_agent_who_loses_the_page_while_their_request_is_under_way_does_not_get_the_conversation(mona, sales, ana):
    with pytest.raises(CannotReceive):
        mona.conversation.take(ana)
    assert fresh(mona.conversation).holder == Holder.QUEUE


def test_conversations_of_an_agent_who_leaves_the_pages_group_return_to_the_queue(
    conversation, sales, ana, ada, client
):
    ana.groups.add(sales)
    assert not Conversation.objects.without_agent().exists()
    ana.groups.clear()
    sweep()
    assert lines(conversation)[-1] == "Ana Ruiz → queue no-access"
    assert fresh(conversation).reason.cause == Cause.NO_ACCESS


def test_conversations_return_to_the_queue_when_their_page_changes_its_groups(conversation, bluebird, sales, ana, ben):
    ana.groups.add(sales)
    support = Group.objects.create(name="Support")
    ben.groups.add(support)
    bluebird.groups.set([support])
    sweep()
    conversation = fresh(conversation)
    assert conversation.holder == Holder.QUEUE
    conversation.take(ben)


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("is_in_group", [True, False])
@pytest.mark.parametrize("is_superuser", [True, False])
def test_orphaned_finds_conversations_that_their_agent_cannot_see(
    is_open, is_in_group, is_superuser, conversation, sales, ana
):
    Page.objects.update(is_open_to_all=is_open)
    ana.groups.set([sales] if is_in_group else [])
    ana.is_superuser = is_superuser
    ana.save()
    can_find = Conversation.objects.visible_to(ana).exists()
    assert Conversation.objects.without_agent().exists() is not can_find


# Other errors


def waiting(**fields):
    Conversation.objects.update(**{"waiting_since": timezone.now(), "last_at": timezone.now()} | fields)
    return Conversation.objects.get()


def test_a_customer_who_waits_with_a_holder_is_not_unattended(mona, bot, bluebird, ana):
    for place in [
        {"holder": Holder.QUEUE},
        {"holder": Holder.BOT},
        {"holder": Holder.ELSEWHERE},
        {"holder": Holder.AGENT, "agent": ana},
    ]:
        waiting(**place)
        assert not unattended().exists(), place


LOST = {
    "closed": {"holder": Holder.QUEUE, "closed_at": timezone.now()},
    "with a bot that is down": {"holder": Holder.BOT},
}


@pytest.mark.parametrize("place", LOST)
def test_an_unattended_customer_is_put_in_the_queue(place, mona, bot, caplog):
    conversation = waiting(**LOST[place])
    HandoverRules.objects.update(bot_down_until=timezone.now() + timedelta(minutes=1), bot_error="HTTP 502")
    assert unattended().get() == conversation
    with caplog.at_level(logging.ERROR):
        sweep()
    assert "was out of sight" in caplog.text
    assert (fresh(conversation).holder, conversation.is_open) == (Holder.QUEUE, True)
    assert not unattended().exists()


def test_a_customer_with_the_bot_of_a_page_without_one_is_unattended(mona):
    waiting(holder=Holder.BOT)
    assert unattended().exists()
    sweep()
    assert not unattended().exists()


# Back in the queue


def test_a_conversation_returned_unanswered_is_unread_and_keeps_its_reason(bot, mona, receive, said, ana):
    Conversation.objects.update(holder=Holder.BOT)
    receive(said("m_1", "My tea is cold", now()), said("m_2", "A human, please", now() + 1))
    conversation = Conversation.objects.get()
    conversation.take(ana)
    assert conversation.unread == 0
    conversation.return_to_queue(ana)
    assert (fresh(conversation).unread, conversation.reason.cause) == (2, Cause.ASKED)
    assert lines(conversation)[-1] == "Ana Ruiz → queue returned"


def test_a_conversation_returned_after_an_answer_is_read(mona, receive, said, ana):
    receive(said("m_1", "My tea is cold", now()))
    conversation = Conversation.objects.get()
    conversation.take(ana)
    conversation.send(author=ana, text="A new one comes", idempotency_key=uuid.uuid4())
    conversation.return_to_queue(ana)
    assert (fresh(conversation).unread, conversation.reason.cause) == (0, Cause.RETURNED)


def test_a_conversation_returned_to_the_queue_keeps_a_colleagues_note(conversation, ana, ben):
    conversation.transfer(ana, to=ben, note="Refund, please")
    conversation.return_to_queue(ben)
    assert fresh(conversation).reason.note == "Refund, please"
