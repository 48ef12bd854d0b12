"""Every unanswered customer is in somebody's sight, and whoever falls out of it is brought back."""

import logging
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from console.models import Cause, Conversation, HandoverRules, Holder, Message
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


def unattended():
    return Conversation.objects.unattended()


# A reply that Facebook refuses


def test_a_reply_refused_after_close_opens_the_conversation_for_its_author(refused, conversation, ana):
    message = refused(lambda: conversation.close(ana))
    assert (fresh(conversation).agent, conversation.is_open, conversation.is_new) == (ana, True, True)
    assert lines(conversation)[-1] == f"queue → Ana Ruiz not-sent “{message.error}”"
    assert conversation.waiting_since


def test_a_reply_refused_after_hand_back_comes_back_to_its_author(bot, refused, conversation, ana):
    refused(lambda: conversation.hand_back(ana))
    assert fresh(conversation).agent == ana


def test_its_author_is_told_at_the_desk(refused, conversation, ana, client):
    message = refused(lambda: conversation.close(ana))
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    assert "Your reply to Mona Weber was not sent" in words(client.get("/").content.decode())
    page = words(client.get(f"/conversations/{conversation.pk}/").content.decode())
    assert f"A reply was not sent: “{message.error}”" in page


def test_where_the_author_is_away_the_queue_gets_it(refused, conversation, ana):
    refused(lambda: (conversation.close(ana), ana.go_away()))
    assert (fresh(conversation).holder, conversation.is_open) == (Holder.QUEUE, True)
    assert conversation.reason.cause == Cause.NOT_SENT


def test_a_reply_refused_while_a_colleague_holds_it_stays_with_them(refused, conversation, ana, ben):
    refused(lambda: conversation.transfer(ana, to=ben))
    assert fresh(conversation).agent == ben


def test_whoever_closes_it_knowing_that_it_was_refused_is_not_asked_again(refused, conversation, ana):
    refused(lambda: None)
    conversation.close(ana)
    assert not unattended().exists()
    sweep()
    assert not fresh(conversation).is_open


def test_a_bots_reply_that_is_refused_calls_people(bot, mona, sandbox):
    Conversation.objects.update(holder=Holder.BOT)
    conversation = Conversation.objects.get()
    conversation.send(author=None, text="We are open.", key=uuid.uuid4())
    sandbox.fail("messages", status=400, error=NO)
    conversation.deliver()
    assert (fresh(conversation).holder, conversation.reason.cause) == (Holder.QUEUE, Cause.NOT_SENT)


def test_a_worker_that_dies_before_it_tells_is_followed_by_the_sweep(refused, conversation, ana, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(Conversation, "note_unsent", lambda self: None)
        refused(lambda: conversation.close(ana))
    assert unattended().get() == conversation
    sweep()
    assert fresh(conversation).agent == ana


# Who may not see it any more


def test_whoever_leaves_the_group_of_a_page_gives_back_what_they_hold_of_it(conversation, sales, ana, ada, client):
    ana.groups.add(sales)
    assert not Conversation.objects.orphaned().exists()
    ana.groups.clear()
    sweep()
    assert lines(conversation)[-1] == "Ana Ruiz → queue no-access"
    assert fresh(conversation).reason.cause == Cause.NO_ACCESS


def test_a_page_that_changes_its_groups_calls_its_conversations_back(conversation, bluebird, sales, ana, ben):
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
def test_orphaned_is_what_its_agent_cannot_find(is_open, is_in_group, is_superuser, conversation, sales, ana):
    Page.objects.update(is_open_to_all=is_open)
    ana.groups.set([sales] if is_in_group else [])
    ana.is_superuser = is_superuser
    ana.save()
    can_find = Conversation.objects.visible_to(ana).exists()
    assert Conversation.objects.orphaned().exists() is not can_find


# What goes wrong in some other way


def waiting(**fields):
    Conversation.objects.update(**{"waiting_since": timezone.now(), "last_at": timezone.now()} | fields)
    return Conversation.objects.get()


def test_each_place_in_which_a_customer_waits_is_in_sight(mona, bot, bluebird, ana):
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
def test_whoever_nobody_would_see_is_found_and_waits_in_the_queue(place, mona, bot, caplog):
    conversation = waiting(**LOST[place])
    HandoverRules.objects.update(bot_down_until=timezone.now() + timedelta(minutes=1), bot_error="HTTP 502")
    assert unattended().get() == conversation
    with caplog.at_level(logging.ERROR):
        sweep()
    assert "was out of sight" in caplog.text
    assert (fresh(conversation).holder, conversation.is_open) == (Holder.QUEUE, True)
    assert not unattended().exists()


def test_with_a_page_that_has_no_bot_any_more(mona):
    waiting(holder=Holder.BOT)
    assert unattended().exists()
    sweep()
    assert not unattended().exists()


# Back in the queue


def test_what_is_put_back_unanswered_is_unread_again_and_says_why_it_came(bot, mona, hear, said, ana):
    Conversation.objects.update(holder=Holder.BOT)
    hear(said("m_1", "My tea is cold", now()), said("m_2", "A human, please", now() + 1))
    conversation = Conversation.objects.get()
    conversation.take(ana)
    assert conversation.unread == 0
    conversation.return_to_queue(ana)
    assert (fresh(conversation).unread, conversation.reason.cause) == (2, Cause.ASKED)
    assert lines(conversation)[-1] == "Ana Ruiz → queue returned"


def test_what_was_answered_before_it_is_put_back_is_read(mona, hear, said, ana):
    hear(said("m_1", "My tea is cold", now()))
    conversation = Conversation.objects.get()
    conversation.take(ana)
    conversation.send(author=ana, text="A new one comes", key=uuid.uuid4())
    conversation.return_to_queue(ana)
    assert (fresh(conversation).unread, conversation.reason.cause) == (0, Cause.RETURNED)


def test_a_colleagues_note_stays_when_it_is_put_back(conversation, ana, ben):
    conversation.transfer(ana, to=ben, note="Refund, please")
    conversation.return_to_queue(ben)
    assert fresh(conversation).reason.note == "Refund, please"
