"""Undo of Close, Transfer and Hand back: what the customer, the bot and colleagues see is true at every moment."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.models import (
    BotEvent,
    Cause,
    Conversation,
    HandoverRules,
    Holder,
    Holiday,
    Label,
    Message,
    Team,
    TooLate,
)
from console.models.conversation.thread_order import next_moment
from tests.conftest import restrict
from tests.console.conftest import HTMX, fresh, lines, now


@pytest.fixture
def bot(bluebird):
    bluebird.bot_name = "Robin"
    bluebird.save()
    addresses = {"webhook_url": "http://127.0.0.1:9/bot", "holder_url": "http://127.0.0.1:9/holder"}
    return HandoverRules.objects.create(page=bluebird, **addresses)


def undoable(conversation):
    return fresh(conversation).handovers.in_order().last()


def undo(conversation, agent):
    fresh(conversation).undo(agent, undoable(conversation))


def announced(conversation):
    """Return the causes of which the bot learns at the address for changes of holder, in order."""
    waiting = BotEvent.objects.filter(kind=BotEvent.Kind.HOLDER, conversation=conversation)
    return [json.loads(bot_event.body)["cause"] for bot_event in waiting]


# Restoring


def test_undoing_close_gives_the_conversation_back_with_its_wait(conversation, ana, receive, said):
    receive(said("m_9", "One more thing", at=now()))
    before = fresh(conversation)
    conversation.close(ana, can_undo=True)
    undo(conversation, ana)
    after = fresh(conversation)
    assert (after.is_held_by(ana), after.waiting_since) == (True, before.waiting_since)
    assert lines(conversation)[-2:] == ["Ana Ruiz → closed closed", "queue → Ana Ruiz undone"]


@pytest.mark.parametrize("to", ["agent", "team"])
def test_undoing_a_transfer_gives_the_conversation_back(to, conversation, ana, ben, bluebird):
    team = Team.objects.create(name="Refunds")
    team.pages.add(bluebird)
    conversation.transfer(ana, **({"to": ben} if to == "agent" else {"team": team}), can_undo=True)
    undo(conversation, ana)
    after = fresh(conversation)
    assert (after.agent, after.is_new, after.team) == (ana, False, None)


def test_undoing_restores_the_team_and_the_reason_of_before(mona, ana, bluebird, bot):
    team = Team.objects.create(name="Refunds", skill="refunds")
    team.pages.add(bluebird)
    conversation = mona.conversation
    Conversation.objects.update(holder=Holder.BOT)
    fresh(conversation).hand_over(note="Wants a refund", skill="refunds")
    conversation.take(ana)
    conversation.close(ana, can_undo=True)
    undo(conversation, ana)
    after = fresh(conversation)
    assert (after.team, after.reason.cause, after.reason.note) == (team, Cause.HANDED_OVER, "Wants a refund")


def test_undoing_twice_is_undoing_once(conversation, ana):
    conversation.close(ana, can_undo=True)
    closing = undoable(conversation)
    fresh(conversation).undo(ana, closing)
    fresh(conversation).undo(ana, closing)
    assert lines(conversation)[-2:] == ["Ana Ruiz → closed closed", "queue → Ana Ruiz undone"]


# When it comes too late


def test_a_conversation_that_a_colleague_took_meanwhile_stays_with_the_colleague(conversation, ana, ben):
    conversation.transfer(ana, team=None, can_undo=True)
    transfer = undoable(conversation)
    fresh(conversation).take(ben)
    with pytest.raises(TooLate, match=r"Too late to undo\. This conversation is with Ben Okafor\."):
        fresh(conversation).undo(ana, transfer)
    assert fresh(conversation).agent == ben


def test_a_transfer_that_was_answered_meanwhile_stays(conversation, ana, ben, say):
    conversation.transfer(ana, to=ben, can_undo=True)
    fresh(conversation).send(author=ben, text="Ben here", idempotency_key="0" * 32)
    with pytest.raises(TooLate, match=r"Ben Okafor has already replied\."):
        undo(conversation, ana)
    assert fresh(conversation).agent == ben


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_what_the_bot_has_answered_stays_with_the_bot(verb, conversation, ana, bot):
    getattr(conversation, verb)(ana, can_undo=True)
    fresh(conversation).send(author=None, text="Robin here", idempotency_key="0" * 32)
    with pytest.raises(TooLate, match=r"Robin has already replied\."):
        undo(conversation, ana)
    assert fresh(conversation).holder == Holder.BOT


def test_nothing_can_be_undone_after_some_minutes(conversation, ana, ben):
    conversation.transfer(ana, to=ben, can_undo=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=3)), pytest.raises(TooLate, match="Too late to undo"):
        undo(conversation, ana)
    assert fresh(conversation).agent == ben


def test_replies_of_before_do_not_stand_in_the_way(conversation, ana, ben, say, bot):
    say("Ben will help you")
    conversation.transfer(ana, to=ben, can_undo=True)
    undo(conversation, ana)
    assert fresh(conversation).agent == ana


# The introduction of an agent


@pytest.fixture
def introduced(conversation, ana, bot, sandbox):
    """Return the introductions that have reached the customer, once all that is due has gone out so much later."""
    HandoverRules.objects.update(introduction="You now talk to {name}.")
    page = conversation.page
    page.personas.for_agent(None, page).publish()

    def texts(seconds=0):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
            fresh(conversation).deliver()
        return [text for text in sandbox.texts(conversation.customer.psid) if text.startswith("You now talk")]

    return texts


def test_no_introduction_goes_out_for_a_transfer_that_was_undone_in_time(conversation, ana, ben, introduced):
    conversation.transfer(ana, to=ben, can_undo=True)
    assert introduced(seconds=7) == []
    undo(conversation, ana)
    assert introduced(seconds=20) == []


def test_an_agent_is_introduced_once_a_transfer_can_no_longer_be_undone(conversation, ana, ben, introduced):
    conversation.transfer(ana, to=ben, can_undo=True)
    assert introduced(seconds=9) == introduced(seconds=20) == ["You now talk to Ben O.."]


def test_an_introduction_stands_above_what_the_new_agent_replied_meanwhile(conversation, ana, ben, introduced, sandbox):
    conversation.transfer(ana, to=ben, can_undo=True)
    fresh(conversation).send(author=ben, text="Ben here", idempotency_key="0" * 32)
    introduced(seconds=9)
    assert sandbox.texts(conversation.customer.psid)[-2:] == ["You now talk to Ben O..", "Ben here"]


def test_a_customer_who_met_the_colleague_is_introduced_to_the_agent_again(conversation, ana, ben, introduced):
    conversation.transfer(ana, to=ben, can_undo=True)
    introduced(seconds=9)
    undo(conversation, ana)
    assert introduced() == ["You now talk to Ben O..", "You now talk to Ana R.."]


def test_an_agent_who_has_passed_the_conversation_on_by_then_is_not_introduced(conversation, ana, ben, ada, introduced):
    conversation.transfer(ana, to=ben, can_undo=True)
    fresh(conversation).transfer(ben, to=ada, can_undo=True)
    assert introduced(seconds=9) == ["You now talk to Ada L.."]


# The message outside business hours


@pytest.fixture
def refunds(bluebird, bot):
    """A team that is never there, and says so."""
    team = Team.objects.create(name="Refunds", closed_message="Refunds on Tuesdays.")
    team.pages.add(bluebird)
    Holiday.objects.create(team=team, day=timezone.localdate())
    return team


@pytest.fixture
def announced_hours(conversation, introduced, sandbox):
    """Return the messages outside business hours that have reached the customer, once all that is due has gone out."""

    def texts(seconds=0):
        introduced(seconds)
        return [text for text in sandbox.texts(conversation.customer.psid) if text.startswith("Refunds on")]

    return texts


@pytest.fixture
def waiting(conversation, receive, said):
    """Mona waits for an answer."""
    receive(said("m_9", "One more thing", at=now()))
    return fresh(conversation)


def test_no_message_outside_business_hours_goes_out_for_a_transfer_that_was_undone_in_time(
    waiting, ana, refunds, announced_hours
):
    waiting.transfer(ana, team=refunds, can_undo=True)
    assert announced_hours(seconds=7) == []
    undo(waiting, ana)
    assert announced_hours(seconds=20) == []
    fresh(waiting).send(author=ana, text="Here it is", idempotency_key="0" * 32)
    assert not fresh(waiting).handovers.pending().exists()


def test_the_message_outside_business_hours_goes_out_once_a_transfer_can_no_longer_be_undone(
    waiting, ana, refunds, announced_hours
):
    waiting.transfer(ana, team=refunds, can_undo=True)
    assert announced_hours(seconds=9) == announced_hours(seconds=20) == ["Refunds on Tuesdays."]


def test_a_customer_who_writes_before_undo_is_over_learns_of_business_hours_after_it(
    waiting, ana, refunds, announced_hours, receive, said
):
    waiting.transfer(ana, team=refunds, can_undo=True)
    receive(said("m_10", "And another", at=now()))
    assert announced_hours(seconds=7) == []
    assert announced_hours(seconds=9) == ["Refunds on Tuesdays."]


def test_a_transfer_that_cannot_be_undone_announces_closed_hours_at_once(waiting, ana, refunds, announced_hours):
    waiting.transfer(ana, team=refunds)
    assert announced_hours() == ["Refunds on Tuesdays."]


# The customer, and the bot


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_a_customer_who_writes_before_undo_is_in_sight_and_comes_back_with_it(
    verb, conversation, ana, bot, receive, said
):
    getattr(conversation, verb)(ana, can_undo=True)
    change = undoable(conversation)
    receive(said("m_9", "Wait!", at=now()))
    assert fresh(conversation).is_open
    assert fresh(conversation).waiting_since
    fresh(conversation).undo(ana, change)
    after = fresh(conversation)
    assert after.is_held_by(ana)
    assert after.waiting_since
    assert not BotEvent.objects.filter(kind=BotEvent.Kind.EVENT).exists()  # the bot got nothing of it


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_the_thread_shows_the_words_for_the_bot_only_of_a_change_that_stays(verb, conversation, ana, bot, client):
    client.force_login(ana)
    path = f"/conversations/{conversation.pk}/messages/?since=0"
    getattr(conversation, verb)(ana, can_undo=True)
    assert "Summary for the bot" in client.get(path).content.decode()
    since = fresh(conversation).revision
    undo(conversation, ana)
    changed = client.get(f"/conversations/{conversation.pk}/messages/?since={since}").content.decode()
    assert f'id="handover-{conversation.handovers.in_order()[1].pk}"' in changed
    assert "Summary for the bot" not in changed


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_the_bot_learns_of_a_change_once_it_can_no_longer_be_undone(verb, conversation, ana, bot):
    BotEvent.objects.all().delete()
    getattr(conversation, verb)(ana, can_undo=True)
    waiting = BotEvent.objects.filter(conversation=conversation)
    assert waiting.count() == 2
    assert not waiting.due().exists()
    with time_machine.travel(timezone.now() + timedelta(seconds=9)):
        assert waiting.due().count() == 2


def test_the_bot_does_not_learn_of_a_hand_back_that_was_undone_in_time(conversation, ana, bot):
    BotEvent.objects.all().delete()
    conversation.hand_back(ana, can_undo=True)
    assert announced(conversation) == ["handed-back"]
    undo(conversation, ana)
    assert announced(conversation) == ["undone"]
    assert not BotEvent.objects.filter(kind=BotEvent.Kind.EVENT).exists()


def test_a_bot_that_knows_of_a_hand_back_learns_that_it_was_undone(conversation, ana, bot):
    BotEvent.objects.all().delete()
    conversation.hand_back(ana, can_undo=True)
    BotEvent.objects.update(attempts=1)  # a worker is telling it
    undo(conversation, ana)
    assert announced(conversation) == ["handed-back", "undone"]


def test_the_summary_for_the_bot_begins_before_a_hand_back_that_was_undone(conversation, ana, bot, say):
    say("I look into it")
    conversation.hand_back(ana, can_undo=True)
    undo(conversation, ana)
    fresh(conversation).hand_back(ana)
    assert "I look into it" in undoable(conversation).summary


# By a browser


def path_of(conversation):
    return f"/conversations/{conversation.pk}/handovers/{undoable(conversation).pk}/undo/"


@pytest.mark.parametrize(("verb", "form"), [("close", {}), ("transfer", {"to": "agent"}), ("hand-back", {})])
def test_a_browser_with_scripts_is_offered_undo(verb, form, conversation, anas_browser, ana, ben, bot):
    form = {"to": f"agent-{ben.pk}"} if form else {}
    answer = anas_browser.post(f"/conversations/{conversation.pk}/{verb}/", form, headers=HTMX)
    assert path_of(conversation) in answer.content.decode()
    answer = anas_browser.post(path_of(conversation), headers=HTMX)
    assert answer["HX-Push-Url"] == f"/conversations/{conversation.pk}/"
    assert fresh(conversation).agent == ana


def test_a_browser_without_scripts_is_offered_no_undo_and_its_bot_learns_at_once(conversation, anas_browser, bot):
    anas_browser.post(f"/conversations/{conversation.pk}/close/")
    assert undoable(conversation).undo_until is None
    assert BotEvent.objects.due().count() == BotEvent.objects.count() > 0
    assert anas_browser.post(path_of(conversation), headers=HTMX).status_code == 404


def test_a_refusal_stands_in_the_place_of_undo(conversation, anas_browser, ana, ben):
    conversation.transfer(ana, team=None, can_undo=True)
    path, transfer = path_of(conversation), undoable(conversation)
    fresh(conversation).take(ben)
    answer = anas_browser.post(path, headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, f"#undo-{transfer.pk}")
    assert "Mona Weber: Too late to undo. This conversation is with Ben Okafor." in answer.content.decode()


def test_nobody_undoes_what_a_colleague_did(conversation, client, ana, ben, ada):
    conversation.close(ana, can_undo=True)
    for agent in (ben, ada):
        client.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        assert client.post(path_of(conversation), headers=HTMX).status_code == 404
    assert not fresh(conversation).is_open


def test_undo_reaches_no_conversation_that_the_agent_may_not_see_any_more(conversation, anas_browser, ana, bluebird):
    conversation.close(ana, can_undo=True)
    restrict(bluebird)
    assert anas_browser.post(path_of(conversation), headers=HTMX).status_code == 404


def test_undo_by_get_is_not_allowed(conversation, anas_browser, ana):
    conversation.close(ana, can_undo=True)
    assert anas_browser.get(path_of(conversation)).status_code == 405


def test_undo_needs_a_constant_number_of_queries(conversation, anas_browser, ana, say, bot):
    def ask():
        fresh(conversation).close(ana, can_undo=True)
        with CaptureQueriesContext(connection) as queries:
            assert anas_browser.post(path_of(conversation), headers=HTMX).status_code == 200
        return len(queries)

    def fill(*numbers):
        for number in numbers:
            Label.objects.create(name=f"label {number}").conversations.add(conversation)
            Message.objects.queue(fresh(conversation), ana, "Hello", next_moment(fresh(conversation)))

    fill(1, 2, 3)
    ask()
    few = ask()
    fill(*range(4, 30))
    assert ask() == few
