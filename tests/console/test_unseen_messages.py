"""A conversation is not closed or handed back while its agent or bot has not seen the customer's newest message."""

import re
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from console.models import ApiKey, Conversation, HandoverRules, Holder, Message, UnseenMessages
from tests.console.api_client import ApiClient, detail
from tests.console.conftest import HTMX, fresh, lines, now, words

SENTENCE = "Mona Weber just sent another message. The conversation stays open and assigned to you."


@pytest.fixture
def rules(bluebird):
    return HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/bot")


@pytest.fixture
def browser(conversation, rules, ana, client):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def question(conversation, receive, said):
    """The message that Ana has seen."""
    receive(said("m_1", "Where is my parcel?", now()))
    return conversation.messages.get(mid="m_1")


@pytest.fixture
def surprise(question, receive, said):
    return lambda mid="m_2": receive(said(mid, "Wait, one more thing", now()))


def hidden(html, name="seen"):
    """Return the values of this field in the forms of a page, in order."""
    return re.findall(rf'name="{name}" value="([^"]*)"', html)


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_close_and_hand_back_are_refused_while_a_message_is_unseen(verb, conversation, rules, question, surprise, ana):
    surprise()
    with pytest.raises(UnseenMessages, match=re.escape(SENTENCE)) as refusal:
        getattr(conversation, verb)(ana, seen=question.pk)
    assert (fresh(conversation).agent, conversation.is_open) == (ana, True)
    assert conversation.waiting_since
    getattr(conversation, verb)(ana, seen=refusal.value.newest)
    assert fresh(conversation).agent is None


@pytest.mark.parametrize("verb", ["close", "hand_back"])
def test_messages_of_the_agent_do_not_count_as_unseen_when_closing_or_handing_back(
    verb, conversation, rules, question, ana
):
    conversation.send(author=ana, text="Tomorrow!", idempotency_key=uuid.uuid4())
    getattr(conversation, verb)(ana, seen=question.pk)
    assert fresh(conversation).agent is None


def test_the_page_without_scripts_sends_the_last_message_that_it_shows(conversation, question, browser, surprise):
    html = browser.get(f"/conversations/{conversation.pk}/").content.decode()
    assert hidden(html) == [str(question.pk)] * 2  # of Close, and of Send
    assert f"/hand-back/?seen={question.pk}" in html
    surprise()
    answer = browser.post(f"/conversations/{conversation.pk}/close/", {"seen": question.pk})
    assert answer.status_code == 409
    assert SENTENCE in words(answer.content.decode())
    assert "Wait, one more thing" in answer.content.decode()
    newest = conversation.messages.get(mid="m_2").pk
    assert set(hidden(answer.content.decode())) == {str(newest)}  # of Close, of Close anyway, and of Send
    browser.post(f"/conversations/{conversation.pk}/close/", {"seen": newest})
    assert not fresh(conversation).is_open


def test_a_close_refused_for_unseen_messages_offers_to_close_anyway(conversation, question, browser, surprise):
    surprise(), surprise("m_3")
    address = f"/conversations/{conversation.pk}/close/"
    answer = browser.post(address, {"seen": question.pk}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Mona Weber just sent 2 more messages." in words(html)
    assert "Close anyway" in html
    assert browser.post(address, {"seen": max(hidden(html))}, headers=HTMX).status_code == 200
    assert not fresh(conversation).is_open


def test_a_hand_back_refused_for_unseen_messages_keeps_its_note_and_offers_to_go_on(
    conversation, question, browser, surprise
):
    address = f"/conversations/{conversation.pk}/hand-back/"
    html = browser.get(f"{address}?seen={question.pk}", headers=HTMX).content.decode()
    assert hidden(html) == [str(question.pk)]
    surprise()
    answer = browser.post(address, {"note": "Refunded", "seen": question.pk}, headers=HTMX)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert SENTENCE in words(html)
    assert "Hand back anyway" in html
    assert "Refunded" in html
    browser.post(address, {"note": "Refunded", "seen": hidden(html)[0]}, headers=HTMX)
    assert fresh(conversation).holder == Holder.BOT


def test_a_close_without_the_last_seen_message_is_accepted(conversation, question, browser):
    browser.post(f"/conversations/{conversation.pk}/close/", headers=HTMX)
    assert not fresh(conversation).is_open


def test_a_close_with_a_last_seen_message_that_is_no_number_counts_as_one_that_saw_nothing(
    conversation, question, browser
):
    answer = browser.post(f"/conversations/{conversation.pk}/close/", {"seen": "all"}, headers=HTMX)
    assert (answer.status_code, fresh(conversation).is_open) == (409, True)
    assert SENTENCE in words(answer.text)


# Replies


def send(browser, conversation, seen, headers=HTMX, key=None):
    fields = {"text": "Tomorrow!", "idempotency_key": key or uuid.uuid4(), "seen": seen}
    return browser.post(f"/conversations/{conversation.pk}/send/", fields, headers=headers)


def test_a_reply_is_refused_while_a_message_is_unseen_and_names_it(conversation, question, browser, surprise):
    surprise()
    answer = send(browser, conversation, question.pk)
    newest = conversation.messages.get(mid="m_2").pk
    assert (answer.status_code, answer["X-Newest"]) == (409, str(newest))
    assert answer.content.decode() == "Mona Weber just sent another message. Your reply was not sent."
    assert send(browser, conversation, newest).status_code == 200
    assert conversation.messages.filter(is_incoming=False).count() == 1


def test_a_reply_that_the_console_has_is_not_refused_for_messages_that_came_after_it(
    conversation, question, browser, surprise
):
    key = uuid.uuid4()
    assert send(browser, conversation, question.pk, key=key).status_code == 200
    surprise()
    assert send(browser, conversation, question.pk, key=key).status_code == 200


def test_the_page_without_scripts_keeps_a_refused_reply_beside_the_unseen_message(
    conversation, question, browser, surprise
):
    surprise()
    answer = send(browser, conversation, question.pk, headers={})
    assert answer.status_code == 409
    assert "Tomorrow!</textarea>" in answer.content.decode()
    assert "Wait, one more thing" in answer.content.decode()
    assert send(browser, conversation, hidden(answer.content.decode())[-1], headers={}).status_code == 302


# By the bot


@pytest.fixture
def robin(mona, rules):
    """Robin holds Mona's conversation, and speaks through the API."""
    Conversation.objects.filter(customer=mona).update(holder=Holder.BOT)
    return ApiClient(ApiKey.objects.make(rules.page, "Robin"))


def test_a_bot_cannot_close_before_it_got_the_last_message(robin, mona, receive, said):
    receive(said("m_1", "And this?"))
    answer = robin.post(f"{mona.psid}/close")
    assert detail(answer, 409) == SENTENCE
    assert answer.json()["holder"] is None
    assert fresh(mona.conversation).is_open
    mona.conversation.bot_events.all().delete()  # it was told
    assert robin.post(f"{mona.psid}/close").json()["is_open"] is False


def test_a_bot_may_name_the_last_message_that_it_got(robin, mona, receive, said):
    receive(said("m_1", "Hi"))
    receive(said("m_2", "And this?"))
    mona.conversation.bot_events.all().delete()
    assert detail(robin.post(f"{mona.psid}/close", seen="m_1"), 409) == SENTENCE
    assert "no message with this id" in detail(robin.post(f"{mona.psid}/close", seen="m_9"), 422)
    assert robin.post(f"{mona.psid}/close", seen="m_2").json()["is_open"] is False


def test_a_bot_that_resumes_gets_a_summary_of_what_was_said_meanwhile(robin, mona, receive, said):
    mona.conversation.hand_over(note="refund")
    receive(said("m_1", "Are you still there?", now() + 1))
    robin.post(f"{mona.psid}/resume")
    assert lines(mona.conversation)[-1] == "queue → bot resumed"
    assert "Customer: Are you still there?" in mona.conversation.handovers.in_order().last().summary


@pytest.mark.parametrize("is_edited", [False, True])
def test_a_reply_is_not_sent_again_while_a_message_is_unseen(is_edited, conversation, question, browser, surprise, ana):
    failed = Message.objects.queue(conversation, ana, "Tomorrow!", timezone.now())
    failed.fail("Facebook did not take it.")
    given = {"seen": question.pk}
    if is_edited:
        failed.attachments.create(kind="template", payload={"template_type": "button"})
        given |= dict.fromkeys(["title", "subtitle", "image_url", "address"], "")
        given |= {"kind": "button", "text": "Tomorrow!", **dict.fromkeys(("button_title", "button_value"), "Yes")}
        given["button_type"] = "postback"
    address = reverse("edit-and-retry" if is_edited else "retry", args=[conversation.pk, failed.pk])
    surprise()
    answer = browser.post(address, given, headers=HTMX)
    assert "Mona Weber just sent another message. Your reply was not sent." in words(answer.text)
    assert fresh(failed).state == Message.State.FAILED
    browser.post(address, given | {"seen": conversation.messages.get(mid="m_2").pk}, headers=HTMX)
    assert fresh(failed).state == Message.State.QUEUED
