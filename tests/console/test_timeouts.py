"""Timeouts: no answer, an agent who stays away, a thread in which nobody writes, an app that is silent."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from agents.models import Agent
from console.models import Conversation, Customer, HandoverRules, Holder, ScheduledReply, Team
from console.models.conversation.conversation import ConversationQuerySet
from console.models.conversation.timeouts import TimeoutsQuerySet
from console.sweep import sweep
from tests.console.conftest import MINUTE, fresh, lines, texts

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def clock(db):
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def rules(bluebird):
    return HandoverRules.objects.create(page=bluebird, bot_app_id="222", answer_within=5, away_for=10, back_after=30)


@pytest.fixture
def held(clock, rules, conversation):
    """Ana holds it, and Mona waits."""
    conversation.return_to_queue(conversation.agent)
    Conversation.objects.filter(pk=conversation.pk).update(
        waiting_since=NOW, last_at=NOW, customer_active_at=NOW, messaging_window_until=NOW + timedelta(days=1)
    )
    conversation.take(Agent.objects.get(username="ana"))
    conversation.handovers.update(done_at=NOW)
    return Conversation.objects.get(pk=conversation.pk)


def apply_timeouts(clock, **later):
    clock.shift(timedelta(**later))
    Conversation.objects.all().apply_timeouts()


def answer(conversation, agent, text="Hello"):
    [message] = conversation.send(agent, text, uuid.uuid4())
    conversation.messages.filter(pk=message.pk).update(state="sent", mid=f"m_{message.pk}")
    return message


def last(conversation):
    return lines(conversation)[-1]


# First answer


def test_an_agent_who_does_not_answer_in_time_loses_the_conversation(held, clock):
    assert held.answer_by == NOW + timedelta(minutes=5)
    apply_timeouts(clock, minutes=4, seconds=59)
    assert fresh(held).agent
    apply_timeouts(clock, seconds=1)
    assert last(held) == "Ana Ruiz → queue no-answer"
    assert fresh(held).waiting_since == NOW
    assert held.handovers.in_order().last().by is None


def test_an_unanswered_conversation_returns_to_its_team_and_is_assigned_to_a_colleague(held, clock, ana, ben):
    team = Team.objects.create(name="Refunds")
    team.members.add(ana, ben)
    Conversation.objects.update(team=team)
    HandoverRules.objects.update(assigns=True)
    apply_timeouts(clock, minutes=5)
    assert fresh(held).team == team
    Conversation.objects.all().assign()
    assert fresh(held).agent == ben
    assert held.answer_by == timezone.now() + timedelta(minutes=5)


def test_an_agent_who_has_answered_keeps_the_conversation(held, clock, ana):
    answer(held, ana)
    apply_timeouts(clock, minutes=6)
    assert fresh(held).agent == ana


def test_an_answer_from_the_page_inbox_counts_as_the_first_answer(held, clock, ana, receive, said, echo):
    asked_at = int(NOW.timestamp() * 1000)
    receive(said("m_1", at=asked_at), echo("m_9", "From the Inbox", at=asked_at + MINUTE))
    apply_timeouts(clock, minutes=5)
    assert fresh(held).agent == ana


def test_a_transfer_sets_no_time_for_an_answer_when_the_customer_does_not_wait(held, ana, ben):
    answer(held, ana)
    held.transfer(ana, to=ben)
    assert held.answer_by is None


# Away


def test_conversations_of_an_agent_who_stays_away_return_to_the_queue(held, clock, ana):
    answer(held, ana)
    ana.go_away()
    apply_timeouts(clock, minutes=9)
    assert fresh(held).agent == ana
    apply_timeouts(clock, minutes=1)
    assert last(held) == "Ana Ruiz → queue away"


def test_an_agent_who_is_right_back_and_goes_to_lunch_instead_is_away_from_then_on(held, clock, ana):
    answer(held, ana)
    ana.go_away(minutes=60)
    clock.shift(timedelta(minutes=20))
    ana.go_away("lunch")
    apply_timeouts(clock, minutes=9)
    assert fresh(held).agent == ana
    ana.go_away("meeting")
    apply_timeouts(clock, minutes=1)
    assert last(held) == "Ana Ruiz → queue away"


def test_a_lost_agent_counts_as_away_since_they_were_last_seen(held, clock, ana):
    answer(held, ana)
    ana.note_online()
    clock.shift(timedelta(minutes=2))
    Agent.objects.make_offline_away()
    apply_timeouts(clock, minutes=8)
    assert last(held) == "Ana Ruiz → queue away"


def test_an_absent_agent_keeps_conversations_of_a_page_without_timeouts(held, clock, ana):
    answer(held, ana)
    HandoverRules.objects.update(away_for=None, back_after=None)
    ana.go_away()
    apply_timeouts(clock, days=3)
    assert fresh(held).agent == ana


# Back to the bot


def test_a_silent_conversation_goes_back_to_the_bot(held, clock, ana):
    assert held.returns_at is None  # the customer waits
    clock.shift(timedelta(minutes=1))
    answer(held, ana)
    assert fresh(held).returns_at == NOW + timedelta(minutes=31)
    apply_timeouts(clock, minutes=29)
    assert fresh(held).agent == ana
    apply_timeouts(clock, minutes=1)
    assert last(held) == "Ana Ruiz → bot idle"
    assert "Replied: Ana R." in held.handovers.in_order().last().summary
    assert fresh(held).returns_at is None


def test_a_silent_conversation_stays_with_its_agent_while_the_customer_waits(held, clock):
    HandoverRules.objects.update(answer_within=None)
    Conversation.objects.update(answer_by=None)
    apply_timeouts(clock, days=2)
    assert fresh(held).agent


@pytest.mark.parametrize(
    "state",
    [
        {"state": "queued"},
        {"state": "sending"},
        {"state": "failed"},
        {"state": "unknown"},
        {"state": "unknown", "next_attempt_at": NOW},
    ],
)
def test_a_silent_conversation_stays_with_its_agent_until_every_reply_is_sent(state, held, clock, ana):
    message = answer(held, ana)
    held.messages.filter(pk=message.pk).update(mid=None, **state)
    apply_timeouts(clock, hours=2)
    assert fresh(held).agent == ana
    held.messages.filter(pk=message.pk).update(state="sent", mid="m_1")
    apply_timeouts(clock, seconds=1)
    assert fresh(held).holder == Holder.BOT


def test_a_failed_reply_hides_the_time_of_the_return_to_the_bot(held, ana):
    message = answer(held, ana)
    assert held.returns_at
    held.messages.filter(pk=message.pk).update(state="failed", mid=None)
    assert held.returns_at is None


def test_a_silent_conversation_stays_with_its_agent_on_a_page_without_a_bot(held, clock, ana):
    HandoverRules.objects.update(bot_app_id="")
    answer(held, ana)
    apply_timeouts(clock, days=2)
    assert fresh(held).agent == ana
    assert Conversation.objects.get().returns_at is None


def test_a_new_time_of_return_to_the_bot_changes_the_headline_of_a_conversation(held, clock, ana):
    answer(held, ana)
    before = Conversation.objects.get().headline
    clock.shift(timedelta(minutes=1))
    answer(held, ana)
    assert Conversation.objects.get().headline != before


def test_a_reply_at_the_moment_of_a_timeout_keeps_the_conversation_with_its_agent(held, clock, ana):
    answer(held, ana)
    clock.shift(timedelta(minutes=31))
    [found] = Conversation.objects.idle()
    answer(held, ana, "One more thing")
    found.time_out(TimeoutsQuerySet.idle)
    assert fresh(held).agent == ana


def test_a_timeout_that_fails_stops_no_other_timeout(held, clock, ana, bluebird, caplog):
    """Two conversations are due, and one has no next revision."""
    other = Conversation.objects.create(
        page=bluebird, customer=Customer.objects.create(page=bluebird, psid="70020030040050")
    )
    other.take(ana)
    Conversation.objects.filter(pk=other.pk).update(answer_by=NOW)
    Conversation.objects.filter(pk=held.pk).update(answer_by=NOW, revision=2**63 - 1)
    Conversation.objects.all().apply_timeouts()
    assert fresh(other).holder == Holder.QUEUE
    assert fresh(held).agent == ana
    assert "stays unanswered" in caplog.text


def test_a_reply_that_goes_out_later_keeps_the_conversation_with_its_author(held, clock, ana):
    answer(held, ana)
    reply = ScheduledReply.objects.send_later(held, ana, "Is all well?", NOW + timedelta(hours=2))
    assert fresh(held).returns_at is None
    Agent.objects.update(is_present=False, away_since=NOW)
    apply_timeouts(clock, minutes=119)
    assert fresh(held).agent == ana
    apply_timeouts(clock, minutes=1)
    ScheduledReply.objects.send_due()
    assert fresh(reply).state == "sent"
    assert fresh(held).messages.in_order().last().text == "Is all well?"


def test_a_customer_who_waits_for_an_agent_who_is_away_waits_for_no_scheduled_reply(held, clock, ana):
    ScheduledReply.objects.send_later(held, ana, "Is all well?", NOW + timedelta(hours=2))
    Conversation.objects.update(answer_by=None)
    Agent.objects.update(is_present=False, away_since=NOW)
    apply_timeouts(clock, minutes=10)
    assert last(held) == "Ana Ruiz → queue away"


# Elsewhere


@pytest.fixture
def elsewhere(held):
    def make(**fields):
        Conversation.objects.update(holder="elsewhere", agent=None, answer_by=None, held_since=NOW, **fields)
        return held

    return make


def test_a_silent_conversation_elsewhere_goes_back_to_the_bot(elsewhere, clock):
    held = elsewhere(waiting_since=None, elsewhere_app="263902037430900")
    apply_timeouts(clock, minutes=29)
    assert fresh(held).holder == Holder.ELSEWHERE
    apply_timeouts(clock, minutes=1)
    assert last(held) == "Page Inbox → bot idle"


def test_a_customer_who_waits_elsewhere_in_vain_comes_to_the_queue(elsewhere, clock):
    held = elsewhere(waiting_since=NOW - timedelta(hours=1))  # before it went there
    apply_timeouts(clock, minutes=14)
    assert fresh(held).holder == Holder.ELSEWHERE
    apply_timeouts(clock, minutes=1)
    assert last(held) == "another app → queue no-answer"


@pytest.mark.parametrize(
    ("bot", "waits", "line", "is_open"),
    [
        ("", False, "another app → queue control-back", False),
        ("", True, "another app → queue control-back", True),
        ("222", False, "another app → bot control-back", False),
        ("222", True, "another app → bot control-back", True),
    ],
)
def test_thread_control_elsewhere_ends_after_a_silent_day(bot, waits, line, is_open, elsewhere, clock):
    HandoverRules.objects.update(bot_app_id=bot)
    held = elsewhere(waiting_since=NOW if waits else None, is_controlled_elsewhere=True)
    apply_timeouts(clock, hours=23, minutes=59)
    assert fresh(held).is_controlled_elsewhere
    apply_timeouts(clock, minutes=1)
    assert last(held) == line
    assert (fresh(held).is_controlled_elsewhere, held.is_open) == (False, is_open)
    assert held.handovers.pending().exists() is bool(bot and waits)  # the bot's app is told of who waits


def test_a_conversation_answered_elsewhere_is_closed_after_a_silent_day(elsewhere, clock):
    """The conversation ends even without a rule: otherwise the customer might wait for somebody who is gone."""
    HandoverRules.objects.update(back_after=None)
    held = elsewhere(waiting_since=None, elsewhere_app="263902037430900")
    apply_timeouts(clock, hours=23, minutes=59)
    assert fresh(held).holder == Holder.ELSEWHERE
    apply_timeouts(clock, minutes=1)
    assert last(held) == "Page Inbox → bot idle"
    assert not fresh(held).is_open


# Sentences


@pytest.fixture
def spoken(bluebird, mona):
    """The Page has a sentence, and Mona has just written."""
    HandoverRules.objects.create(page=bluebird, introduction="You are talking to {name} now.")
    now = timezone.now()
    Conversation.objects.update(
        waiting_since=now, unread=2, customer_active_at=now, messaging_window_until=now + timedelta(days=1)
    )
    return Conversation.objects.get()


def test_each_new_agent_is_introduced_to_the_customer_once(spoken, ana, ben):
    spoken.take(ana)
    spoken.return_to_queue(ana)
    spoken.take(ana)
    spoken.transfer(ana, to=ben)
    assert texts(spoken.messages.in_order()) == ["You are talking to Ana R. now.", "You are talking to Ben O. now."]
    assert {(message.author, message.is_by_bot) for message in spoken.messages.all()} == {(None, True)}


def test_an_introduction_goes_out_as_the_bot_and_the_customer_goes_on_waiting(spoken, ana, sandbox):
    before = spoken.waiting_since
    spoken.take(ana)
    Conversation.objects.get().deliver()
    assert sandbox.texts(spoken.customer.psid) == ["You are talking to Ana R. now."]
    assert (fresh(spoken).waiting_since, spoken.last_words) == (before, "")
    assert spoken.messages.get().place > spoken.handovers.get().place


def test_an_introduction_does_not_count_as_the_first_answer(spoken, ana):
    HandoverRules.objects.update(answer_within=5)
    Conversation.objects.get().take(ana)
    assert fresh(spoken).answer_by


def test_no_introduction_goes_out_when_only_a_person_may_answer(spoken, ana):
    Conversation.objects.update(
        messaging_window_until=timezone.now(), human_agent_until=timezone.now() + timedelta(days=5)
    )
    spoken.take(ana)
    assert not spoken.messages.exists()


def test_an_agent_is_introduced_again_after_the_bot(spoken, ana):
    HandoverRules.objects.update(bot_app_id="222")
    row = Conversation.objects.get()
    row.take(ana)
    row.hand_back(ana)
    row.hand_over()
    row.take(ana)
    assert row.messages.count() == 2


@pytest.mark.parametrize("introduction", ["You are talking to {agent}", "Hi {", "Hi {name!r}", "{{name}}", "{}"])
def test_an_introduction_with_other_braces_than_the_name_is_refused(introduction, bluebird):
    with pytest.raises(ValidationError, match=r"Only \{name\} may stand in braces"):
        HandoverRules(page=bluebird, introduction=introduction).full_clean()


def test_an_introduction_without_a_name_is_accepted(bluebird):
    HandoverRules(page=bluebird, introduction="A person reads this now.").full_clean()


# By itself


def test_the_sweep_applies_timeouts_and_assigns_what_they_return(held, clock, ana, ben):
    ana.note_online()
    HandoverRules.objects.update(assigns=True)
    clock.shift(timedelta(minutes=5))
    sweep()
    assert fresh(ana).is_auto_away
    assert lines(held)[-2:] == ["Ana Ruiz → queue no-answer", "queue → Ben Okafor assigned"]


def test_a_step_of_the_sweep_that_fails_stops_no_other_step(held, clock, ben, monkeypatch, caplog):
    monkeypatch.setattr(ConversationQuerySet, "deliver_later", lambda *given: 1 / 0)
    HandoverRules.objects.update(assigns=True)
    clock.shift(timedelta(minutes=5))
    sweep()
    assert lines(held)[-2:] == ["Ana Ruiz → queue no-answer", "queue → Ben Okafor assigned"]
    assert "ZeroDivisionError" in caplog.text
