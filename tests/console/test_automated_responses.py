"""Automated responses of a Page, such as an away message, do not end the customer's wait."""

import pytest
from django.conf import settings

from console.models import Conversation, HandoverRules, Holder
from tests.console.conftest import AT, INBOX, MINUTE, fresh, lines, texts

SECOND = 1_000  # ms
THANKS = "Thanks for contacting us! We typically reply within a day."


@pytest.fixture
def with_bot(bluebird, mona):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/bot")
    Conversation.objects.filter(customer=mona).update(holder=Holder.BOT)
    return mona.conversation


@pytest.mark.parametrize("app_id", [INBOX, None])
@pytest.mark.parametrize("after", [0, 1, SECOND, 3 * SECOND])
def test_an_instant_reply_leaves_the_customer_waiting_in_the_queue(app_id, after, receive, said, echo, mona):
    receive(said("m_1"))
    receive(echo("m_2", THANKS, app_id, AT + after))
    conversation = fresh(mona.conversation)
    assert (conversation.holder, conversation.is_open, conversation.unread) == (Holder.QUEUE, True, 1)
    assert conversation.waiting_since
    assert conversation.last_words == "Hi"  # what waits in the queue is her question


def test_an_instant_reply_leaves_the_conversation_with_the_bot(with_bot, receive, said, echo):
    receive(said("m_1"), echo("m_2", THANKS, at=AT + SECOND))
    assert (fresh(with_bot).holder, lines(with_bot)) == (Holder.BOT, [])
    assert with_bot.waiting_since


def test_an_away_message_to_a_later_customer_message_does_not_end_the_wait(receive, said, echo, mona):
    receive(said("m_1"), echo("m_2", "How can I help?", at=AT + MINUTE))
    receive(said("m_3", "It is broken", AT + 2 * MINUTE), echo("m_4", "We are away.", at=AT + 2 * MINUTE + SECOND))
    conversation = fresh(mona.conversation)
    assert (conversation.holder, bool(conversation.waiting_since)) == (Holder.ELSEWHERE, True)


def test_the_greeting_of_an_ad_before_the_first_message_leaves_the_conversation_with_the_bot(
    with_bot, receive, said, echo
):
    receive(echo("m_1", "Hi! What can we do for you?", None))
    receive(said("m_2", "Is it still available?", AT + MINUTE))
    assert (fresh(with_bot).holder, lines(with_bot)) == (Holder.BOT, [])


def test_an_instant_reply_that_overtakes_its_message_leaves_the_conversation_with_the_bot(
    with_bot, receive, said, echo
):
    receive(said("m_1", at=AT - 10 * MINUTE))
    receive(echo("m_3", THANKS, at=AT + SECOND))
    receive(said("m_2", "Hello?", at=AT))
    assert (fresh(with_bot).holder, bool(with_bot.waiting_since)) == (Holder.BOT, True)
    assert with_bot.messages.get(mid="m_3").is_automatic


def test_a_late_customer_message_does_not_undo_an_answer_from_the_page_inbox(with_bot, receive, said, echo):
    receive(said("m_1", at=AT - 10 * MINUTE))
    receive(echo("m_3", THANKS, at=AT + SECOND))
    receive(echo("m_4", "Ana here, from the Inbox", at=AT + MINUTE))
    receive(said("m_2", "Hello?", at=AT))
    assert fresh(with_bot).holder == Holder.ELSEWHERE


@pytest.mark.parametrize(("app_id", "after"), [(INBOX, 4 * SECOND), (111, SECOND), (settings.FACEBOOK_APP_ID, SECOND)])
def test_a_later_reply_or_one_of_another_app_ends_the_wait(app_id, after, receive, said, echo, mona):
    receive(said("m_1"), echo("m_2", "Hello!", app_id, AT + after))
    assert fresh(mona.conversation).waiting_since is None


def test_an_automatic_reply_is_marked_in_the_thread(receive, said, echo, mona, ana, client, thread):
    receive(said("m_1"), echo("m_2", THANKS, at=AT + SECOND))
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/conversations/{mona.conversation.pk}/").content.decode()
    assert texts(thread) == ["Hi", THANKS]
    assert page.count("Automatic reply") == 1
