"""Events that come before their message: the thread is the same in the end, whatever their order."""

import re
import time
from itertools import permutations

import pytest

from console.models import Activity, Holder
from tests.console.conftest import AT, MINUTE, fresh, texts

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
