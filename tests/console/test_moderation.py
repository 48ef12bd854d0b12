"""Blocking a customer at Facebook: by agents with the right to it, and shown as it is."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.models import ApiKey, Conversation, HandoverRules, Holder, Message, Moderation, Reaction, ScheduledReply
from console.moderation.models import LEASE, Action, CustomerBlocked, State
from console.sweep import STEPS
from personas.models.retry import CONSOLE_FAILED
from tests.conftest import restrict
from tests.console.conftest import HTMX, fresh, words

VERBS = ["block", "report-as-spam", "unblock"]


@pytest.fixture
def browser(ben):
    browser = Client()
    browser.force_login(ben, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.fixture
def bens(browser, ben):
    """Ben's browser. He has the right to block customers."""
    ben.user_permissions.add(Permission.objects.get(codename="moderate_customer"))
    return browser


@pytest.fixture
def ask(bens, mona):
    """Ben presses a button, and a worker makes the call. Returns what the moderation became."""

    def press(verb):
        bens.post(reverse(verb, args=[mona.conversation.pk]), headers=HTMX)
        Moderation.objects.all().deliver()
        return Moderation.objects.get()

    return press


def calls(sandbox):
    return [request["body"]["actions"] for request in sandbox.requests(path="moderate_conversations")]


def panel(browser, mona):
    return words(browser.get(reverse("customer", args=[mona.conversation.pk]), headers=HTMX).text)


@pytest.mark.parametrize("verb", VERBS)
def test_only_agents_with_the_right_who_see_the_conversation_moderate_it(verb, browser, mona, ben, bluebird):
    address = reverse(verb, args=[mona.conversation.pk])
    assert browser.post(address).status_code == 403
    assert 'id="moderation"' not in browser.get(reverse("customer", args=[mona.conversation.pk])).text
    ben.user_permissions.add(Permission.objects.get(codename="moderate_customer"))
    assert browser.get(address).status_code == 405
    restrict(bluebird)
    assert browser.post(address).status_code == 404
    assert not Moderation.objects.exists()


def test_a_customer_is_blocked_and_unblocked(bens, mona, ask, sandbox):
    bens.post(reverse("block", args=[mona.conversation.pk]), headers=HTMX)
    assert "Blocking…" in panel(bens, mona)
    Moderation.objects.all().deliver()
    assert "Blocked by Ben Okafor" in panel(bens, mona)
    assert ask("unblock").state == State.DONE
    assert "Blocked" not in panel(bens, mona)
    assert calls(sandbox) == [["BLOCK_USER"], ["UNBLOCK_USER"]]


def test_spam_is_blocked_and_moved(bens, mona, ask, sandbox):
    ask("report-as-spam")
    assert "Blocked and reported as spam by Ben Okafor" in panel(bens, mona)
    assert calls(sandbox) == [["BLOCK_USER", "MOVE_TO_SPAM"]]


def test_a_refusal_is_shown_with_facebooks_reason(bens, mona, ask, sandbox):
    sandbox.fail("moderate_conversations", error={"code": 100, "error_subcode": 2018001}, status=400, times=1)
    assert ask("block").state == State.FAILED
    assert "Not blocked. Facebook did not do it:" in panel(bens, mona)
    assert ask("block").state == State.DONE


def test_a_passing_error_is_tried_again_by_the_sweep(mona, ask, sandbox):
    sandbox.fail("moderate_conversations", error={"code": 2}, status=500, times=1)
    moderation = ask("block")
    assert (moderation.state, moderation.attempts) == (State.PENDING, 1) and moderation.error
    assert Moderation.objects.deliver_later in STEPS
    Moderation.objects.make_due()
    Moderation.objects.all().deliver()
    assert fresh(moderation).state == State.DONE


def test_a_block_at_which_the_console_itself_fails_again_and_again_is_given_up(bens, mona, sandbox):
    bens.post(reverse("block", args=[mona.conversation.pk]), headers=HTMX)
    Moderation.objects.update(attempts=Moderation.MAX_ATTEMPTS)
    Moderation.objects.all().deliver()
    assert Moderation.objects.get().state == State.FAILED
    assert str(CONSOLE_FAILED) in panel(bens, mona)
    assert calls(sandbox) == []


def test_a_call_that_another_worker_makes_is_made_again_only_after_its_death(mona, ben, sandbox):
    Moderation.objects.ask(mona.conversation, ben, Action.BLOCK)
    Moderation.objects.update(attempts=Moderation.MAX_ATTEMPTS - 1)
    dead = Moderation.objects.get()
    assert dead.claim(dead.row.due(), LEASE)
    Moderation.objects.all().deliver()
    assert (fresh(dead).state, calls(sandbox)) == (State.PENDING, [])
    Moderation.objects.update(leased_until=timezone.now() - timedelta(seconds=1), attempts=1)
    Moderation.objects.all().deliver()
    assert (fresh(dead).state, fresh(dead).leased_until, calls(sandbox)) == (State.DONE, None, [["BLOCK_USER"]])


def test_the_outcome_of_an_older_request_is_not_written_over_a_newer_one(mona, ask, ben):
    old = ask("block")
    Moderation.objects.ask(mona.conversation, ben, Action.UNBLOCK)
    old._write_outcome(state=State.FAILED)
    assert (fresh(old).action, fresh(old).state) == (Action.UNBLOCK, State.PENDING)


def test_a_blocked_customer_stays_blocked_while_a_report_of_spam_waits_and_when_it_fails(bens, mona, ask, ben):
    ask("block")
    Moderation.objects.ask(mona.conversation, ben, Action.SPAM)
    with pytest.raises(CustomerBlocked):
        fresh(mona.conversation).check_not_blocked()
    Moderation.objects.get()._give_up("Facebook did not take it.")
    assert Moderation.objects.get().is_blocked
    assert "Blocked, but not reported as spam. Facebook did not do it:" in panel(bens, mona)


def test_the_composer_of_a_blocked_customer_says_so(bens, conversation, ask, ben):
    conversation.transfer(conversation.agent, to=ben)
    ask("block")
    page = words(bens.get(f"/conversations/{conversation.pk}/").text)
    assert "Mona Weber is blocked" in page
    ask("unblock")
    assert "is blocked" not in words(bens.get(f"/conversations/{conversation.pk}/").text)
    assert Conversation.objects.get().agent == ben


# Messages to a blocked customer


@pytest.fixture
def blocked(conversation, ben):
    """The conversation with a blocked customer."""
    conversation.transfer(conversation.agent, to=ben)
    Moderation.objects.create(
        customer=conversation.customer,
        action=Action.BLOCK,
        state=State.DONE,
        is_blocked=True,
        by=ben,
        asked_at=timezone.now(),
    )
    return conversation


def test_a_reply_from_a_tab_that_was_open_before_the_block_is_refused_with_the_reason(blocked, bens):
    given = {"text": "Hello?", "idempotency_key": uuid.uuid4()}
    answer = bens.post(reverse("send", args=[blocked.pk]), given, headers=HTMX)
    assert (answer.status_code, "Mona Weber is blocked: no reply reaches them." in answer.text) == (409, True)
    assert not Message.objects.filter(is_incoming=False).exists()


def test_a_failed_reply_to_a_blocked_customer_is_not_sent_again(blocked, ben):
    failed = Message.objects.queue(blocked, ben, "Hello", timezone.now())
    failed.fail("Facebook did not take it.")
    with pytest.raises(CustomerBlocked):
        blocked.retry(failed, ben)
    assert fresh(failed).state == Message.State.FAILED


def test_nothing_is_scheduled_for_a_blocked_customer(blocked, ben):
    with pytest.raises(CustomerBlocked):
        ScheduledReply.objects.send_later(blocked, ben, "Hello", timezone.now() + timedelta(hours=1))


def test_a_scheduled_reply_to_a_customer_who_is_blocked_meanwhile_says_why_it_was_not_sent(blocked, ben):
    Moderation.objects.update(is_blocked=False)
    reply = ScheduledReply.objects.send_later(blocked, ben, "Hello", timezone.now() + timedelta(hours=1))
    Moderation.objects.update(is_blocked=True)
    ScheduledReply.objects.update(at=timezone.now())
    ScheduledReply.objects.send_due()
    assert "is blocked" in fresh(reply).problem
    assert not Message.objects.filter(is_incoming=False).exists()


def test_the_bot_and_the_rules_of_the_page_write_nothing_to_a_blocked_customer(blocked, bluebird, ben):
    secret = ApiKey.objects.make(bluebird, "Robin")
    HandoverRules.objects.create(page=bluebird, introduction="You talk to {name} now.")
    blocked.return_to_queue(ben)
    blocked.take(ben)
    Conversation.objects.update(holder=Holder.BOT, agent=None)
    bot = Client(headers={"Authorization": f"Bearer {secret}"})
    path = f"/api/conversations/{blocked.customer.psid}/messages"
    answer = bot.post(path, {"text": "Hello"}, content_type="application/json")
    assert (answer.status_code, "is blocked" in answer.json()["detail"]) == (409, True)
    assert not Message.objects.filter(is_incoming=False).exists()


def test_nobody_reacts_to_a_message_of_a_blocked_customer(blocked, ben, receive, said):
    receive(said("m_1"))
    message = Message.objects.get(mid="m_1")
    with pytest.raises(CustomerBlocked):
        Reaction.objects.react(ben, blocked, message.pk, "👍")
