"""Reactions of agents to messages of the customer: at Facebook, in the thread, and what is refused."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.models import Conversation, Reaction, Refused
from console.sweep import sweep
from tests.console.conftest import HTMX, fresh, now

HEART, THUMB = "❤️", "👍"


@pytest.fixture
def question(conversation, receive, said, sandbox, mona):
    """The first message of Mona's, as the sandbox has it."""
    [first] = sandbox.thread(mona.psid)["messages"]
    receive(said(first["mid"], "Green or black?", now()))
    return conversation.messages.get(mid=first["mid"])


@pytest.fixture
def react(question, conversation, ana):
    return lambda emoji=HEART: Reaction.objects.react(ana, fresh(conversation), question.pk, emoji)


def deliver():
    Reaction.objects.all().deliver()


def seen(sandbox, mona):
    """Return the reaction that Mona sees."""
    return sandbox.thread(mona.psid)["messages"][0]["reaction"]


def shown(anas_browser, conversation):
    return anas_browser.get(f"/conversations/{conversation.pk}/").content.decode()


def test_a_reaction_is_shown_as_pending_until_the_customer_sees_it(react, conversation, anas_browser, sandbox, mona):
    react()
    assert seen(sandbox, mona) is None
    page = shown(anas_browser, conversation)
    assert "Sending…" in page
    assert 'class="message-meta-reaction is-pending"' in page
    deliver()
    assert seen(sandbox, mona) == HEART
    page = shown(anas_browser, conversation)
    assert "Sending…" not in page
    assert '<span class="message-meta-reaction" title="Ana R.">❤️' in page


def test_a_reaction_is_replaced_and_taken_back(react, question, conversation, ana, sandbox, mona):
    react()
    deliver()
    react(THUMB)
    deliver()
    assert seen(sandbox, mona) == THUMB
    Reaction.objects.unreact(ana, fresh(conversation), question.pk)
    assert Reaction.objects.get().state == "Taking back…"
    deliver()
    assert seen(sandbox, mona) is None
    assert not Reaction.objects.exists()


def test_a_reaction_is_chosen_and_taken_back_by_the_buttons_of_a_message(question, conversation, anas_browser):
    path = f"/conversations/{conversation.pk}/messages/{question.pk}"
    assert anas_browser.post(f"{path}/react/", {"emoji": HEART}, headers=HTMX).status_code == 204
    assert Reaction.objects.get().emoji == HEART
    assert anas_browser.post(f"{path}/unreact/", headers=HTMX).status_code == 204
    assert Reaction.objects.get().emoji == ""
    assert anas_browser.post(f"{path}/react/", {"emoji": "no emoji"}, headers=HTMX).status_code == 422


def test_a_change_of_the_reaction_reaches_open_threads(react, question, conversation):
    before = fresh(conversation).revision
    react()
    changed = [*fresh(conversation).messages.since(before)]
    assert changed == [question]
    before = fresh(conversation).revision
    deliver()
    assert [*fresh(conversation).messages.since(before)] == [question]


def test_a_reaction_that_facebook_refuses_says_so_and_can_be_chosen_again(
    react, sandbox, mona, conversation, anas_browser
):
    sandbox.fail("messages", times=1, status=400, error={"message": "(#368)", "code": 368})
    react()
    deliver()
    reaction = Reaction.objects.get()
    assert (reaction.visible, reaction.is_pending) == ("", False)
    assert reaction.state.startswith("❤️ not sent: ")
    assert reaction.state in shown(anas_browser, conversation)
    react()
    deliver()
    assert (seen(sandbox, mona), Reaction.objects.get().state) == (HEART, "")


def test_a_failed_change_leaves_the_reaction_that_the_customer_sees(react, sandbox, mona):
    react()
    deliver()
    sandbox.fail("messages", times=1, status=400, error={"message": "(#368)", "code": 368})
    react(THUMB)
    deliver()
    assert (seen(sandbox, mona), Reaction.objects.get().visible) == (HEART, HEART)


def test_a_reaction_without_an_answer_is_sent_again_by_the_sweep(react, sandbox, mona, question):
    sandbox.fail("messages", times=1, status=500, error={"message": "Busy", "code": 2})
    react()
    deliver()
    assert Reaction.objects.get().is_pending
    Reaction.objects.update(next_attempt_at=timezone.now())
    sweep()
    deliver()
    assert seen(sandbox, mona) == HEART


def test_a_reaction_waits_while_its_page_is_paused(react, bluebird, sandbox, mona):
    react()
    bluebird.paused_since = timezone.now()
    bluebird.save()
    deliver()
    assert (seen(sandbox, mona), Reaction.objects.get().is_pending) == (None, True)
    bluebird.paused_since = None
    bluebird.save()
    deliver()
    assert seen(sandbox, mona) == HEART


def test_only_the_holder_reacts(question, conversation, ben):
    with pytest.raises(Refused, match="This conversation is with Ana Ruiz"):
        Reaction.objects.react(ben, fresh(conversation), question.pk, HEART)


def test_nobody_reacts_once_24_hours_are_over(react, bluebird):
    Conversation.objects.update(messaging_window_until=timezone.now())
    with pytest.raises(Refused, match="24 hours"):
        react()


def test_nobody_reacts_to_a_message_of_the_page(say, conversation, ana):
    with pytest.raises(Refused, match="nobody can react"):
        Reaction.objects.react(ana, fresh(conversation), say("Hello").pk, HEART)


def test_a_reaction_goes_with_the_message_that_the_customer_unsends(react, question, receive, by_mona):
    react()
    receive(by_mona(now(), message={"mid": question.mid, "is_deleted": True}))
    assert not Reaction.objects.exists()
    with pytest.raises(Refused, match="unsent"):
        react()


def test_reactions_cost_a_thread_no_query(react, conversation, anas_browser):
    def queries():
        with CaptureQueriesContext(connection) as found:
            shown(anas_browser, conversation)
        return len(found)

    before = [queries(), queries()][1]
    react()
    assert queries() == before
