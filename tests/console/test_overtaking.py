"""Events that come before their message: the thread is the same in the end, whatever their order."""

import re
import time
from itertools import permutations

import pytest

from console.models import Activity, Customer, Holder, Message
from console.models.inbound_batch import PATIENCE
from tests.conftest import PAGE_ID
from tests.console.conftest import AT, INBOX, MINUTE, fresh, texts

AD = {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6045", "ads_context_data": {"ad_title": "Free tea"}}


@pytest.fixture
def story(said, by_mona):
    return [
        said("m_1", "Which lid?"),
        said("m_2", "this one", AT + 1000, reply_to={"mid": "m_1"}),
        by_mona(AT + 2000, message_edit={"mid": "m_1", "text": "Which lid fits?", "num_edit": 1}),
        by_mona(AT + 3000, order={"products": [{"name": "Mug"}], "note": "with a lid"}),
    ]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_message_edit_reply_and_order_give_the_same_thread_in_any_order(order, story, receive, thread, mona):
    for number in order:
        receive(story[number])
    assert texts(thread) == ["Which lid fits?", "this one", "with a lid"]
    assert thread.first().earlier_texts == ["Which lid?"]
    conversation = fresh(mona.conversation)
    assert (conversation.unread, conversation.last_words) == (3, "with a lid")


def test_a_message_that_comes_after_its_edit_is_ordered_behind_an_existing_reply(say, receive, said, by_mona, thread):
    """Our clock is a minute ahead of Facebook's here, so the reply has the latest time."""
    at = int(time.time() * 1000) - MINUTE
    say("We have two lids")
    receive(by_mona(at + 2000, message_edit={"mid": "m_1", "text": "Which fits?", "num_edit": 1}))
    receive(said("m_1", "Which?", at + 1000))
    assert texts(thread) == ["We have two lids", "Which fits?"]


def test_the_ad_of_a_message_that_comes_after_its_edit_is_stored(receive, said, by_mona, mona):
    receive(by_mona(AT + 1000, message_edit={"mid": "m_1", "text": "Is it free?", "num_edit": 1}))
    receive(said("m_1", "Is it fre", referral=AD))
    assert Activity.objects.get().details["ad_title"] == "Free tea"
    assert fresh(mona.conversation).ad_window_until is not None


@pytest.mark.parametrize("quoted", ["the customer's own words", "words of the Page"])
def test_a_quote_appears_when_the_message_comes_after_its_reply(quoted, receive, said, echo, mona, client, ana):
    client.force_login(ana)
    receive(said("m_2", "this one", AT + 1000, reply_to={"mid": "m_1"}))
    since = fresh(mona.conversation).revision
    receive(said("m_1", "Which lid?") if "own" in quoted else echo("m_1", "Which lid?"))
    changed = client.get(f"/conversations/{mona.conversation.pk}/messages/?since={since}").content.decode()
    assert "Which lid?" in re.search(r"<blockquote.*?</blockquote>", changed, re.DOTALL)[0]


def test_an_automatic_reply_to_a_message_that_comes_after_its_edit_leaves_it_waiting(
    receive, said, echo, by_mona, mona
):
    receive(by_mona(AT + 30_000, message_edit={"mid": "m_1", "text": "Are you open?", "num_edit": 1}))
    receive(echo("m_2", "Thanks! We reply within a day.", at=AT + 900))
    receive(said("m_1", "Are you"))
    assert mona.conversation.messages.get(mid="m_2").is_automatic
    conversation = fresh(mona.conversation)
    assert (conversation.holder, conversation.unread) == (Holder.QUEUE, 1)
    assert conversation.waiting_since is not None


# The first event of a customer


def by_nora(**inner):
    """One event of a customer who is not known yet."""
    return {"sender": {"id": "9999"}, "recipient": {"id": PAGE_ID}, "timestamp": AT + 1000} | inner


SAID = by_nora(timestamp=AT, message={"mid": "m_1", "text": "Hi"})
ECHO = {"sender": {"id": PAGE_ID}, "recipient": {"id": "9999"}, "timestamp": AT}
REPLIED = ECHO | {"message": {"is_echo": True, "app_id": INBOX, "mid": "m_1", "text": "Hello"}}
ABOUT = {  # kind: event about a message, the message, and what it has changed there in the end
    "reaction": (by_nora(reaction={"mid": "m_1", "action": "react", "emoji": "❤"}), SAID, {"reaction": "❤"}),
    "unreaction": (by_nora(reaction={"mid": "m_1", "action": "unreact"}), SAID, {"reaction_at": AT + 1000}),
    "edit to nothing": (by_nora(message_edit={"mid": "m_1", "text": " ", "num_edit": 1}), SAID, {"text": " "}),
    "delivery": (by_nora(delivery={"mids": ["m_1"], "watermark": AT}), REPLIED, {"state": "delivered"}),
    "read": (by_nora(read={"watermark": AT}), REPLIED, {"state": "read"}),
}


@pytest.mark.parametrize("kind", ABOUT)
def test_an_event_about_the_first_message_of_a_customer_waits_for_it_and_begins_nothing(kind, receive):
    event, message, changed = ABOUT[kind]
    early = receive(event)
    assert (early.processed_at, Customer.objects.exists()) == (None, False)
    receive(message)
    early.process()
    assert (early.error, Message.objects.filter(mid="m_1", **changed).exists()) == ("", True)


@pytest.mark.parametrize("kind", ABOUT)
def test_an_event_about_a_message_that_never_comes_begins_nothing(kind, receive):
    early = receive(ABOUT[kind][0])
    for _attempt in range(PATIENCE):
        early.process()
    assert (early.error, Customer.objects.exists()) == ("", False)


def test_a_message_that_was_unsent_before_it_came_is_kept_out_though_it_is_a_customers_first(receive):
    receive(by_nora(message={"mid": "m_1", "is_deleted": True}))
    receive(SAID)
    assert [(message.is_deleted, message.text) for message in Message.objects.all()] == [(True, "")]
