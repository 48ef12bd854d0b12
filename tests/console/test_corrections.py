"""Reactions and edits of Mona, even before the message that they are about."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.models import Conversation, Snooze
from console.models.inbound_batch import PATIENCE
from tests.console.conftest import AT, fresh, texts


@pytest.fixture
def spoken(receive, said, thread):
    """Mona wrote."""
    receive(said("m_1", "Where is my parcel?"))
    return thread.get()


@pytest.fixture
def react(by_mona):
    return lambda emoji, at=AT + 1: by_mona(at, reaction={"mid": "m_1", "action": "react", "emoji": emoji})


@pytest.fixture
def edit(by_mona):
    return lambda text, at=AT + 1: by_mona(at, message_edit={"mid": "m_1", "text": text, "num_edit": 1})


@pytest.fixture
def take_back(by_mona):
    return by_mona(AT + 1, message={"mid": "m_1", "is_deleted": True})


def test_a_customer_reaction_is_stored_and_removed(receive, by_mona, react, spoken):
    receive(react("❤️"))
    assert fresh(spoken).reaction == "❤️"
    receive(by_mona(AT + 2, reaction={"mid": "m_1", "action": "unreact"}))
    assert fresh(spoken).reaction == ""


def test_an_older_reaction_that_comes_late_is_ignored(receive, react, spoken):
    receive(react("👍", AT + 2), react("❤️", AT + 1))
    assert fresh(spoken).reaction == "👍"


def test_an_edit_replaces_the_text_and_keeps_earlier_texts(receive, edit, spoken):
    receive(edit("Where is my order?", AT + 1), edit("Where is my big order?", AT + 2))
    spoken.refresh_from_db()
    assert spoken.text == "Where is my big order?"
    assert spoken.earlier_texts == ["Where is my parcel?", "Where is my order?"]


def test_an_older_or_repeated_edit_is_ignored(receive, edit, spoken):
    receive(edit("newest", AT + 2)), receive(edit("older", AT + 1), edit("newest", AT + 2))
    assert (fresh(spoken).text, spoken.earlier_texts) == ("newest", ["Where is my parcel?"])


def test_an_edited_message_whose_webhook_is_repeated_stays_edited(receive, edit, said, spoken, thread):
    receive(edit("Where is my order?"), said("m_1", "Where is my parcel?"))
    assert texts(thread) == ["Where is my order?"]


def test_a_reaction_that_overtakes_its_message_is_retried_until_it_comes(react, receive, said, thread):
    early = receive(react("❤️"))
    assert (early.processed_at, "m_1 has not come" in early.error) == (None, True)
    receive(said("m_1"))
    early.process()
    assert (early.error, thread.get().reaction) == ("", "❤️")
    assert early.processed_at


def test_every_edit_reaction_and_unsending_raises_the_revision(receive, react, edit, take_back, spoken):
    revision = spoken.revision
    for change in (react("❤️"), edit("new words"), take_back):
        receive(change)
        assert fresh(spoken).revision > revision
        revision = spoken.revision


def test_an_edit_without_a_text_changes_nothing(receive, by_mona, spoken):
    receive(by_mona(AT + 1, message_edit={"mid": "m_1", "num_edit": 1}))
    assert fresh(spoken).text == "Where is my parcel?"


def test_the_queue_row_shows_the_edited_text(receive, edit, spoken):
    receive(edit("Where is my order?"))
    assert fresh(spoken.conversation).last_words == "Where is my order?"


def test_an_edit_to_an_empty_text_that_overtakes_its_message_waits_for_it(edit, receive, said, thread, mona):
    early = receive(edit(""))
    assert (early.processed_at, thread.count()) == (None, 0)
    assert fresh(mona.conversation).waiting_since is None
    receive(said("m_1", "Where is my parcel?"))
    early.process()
    assert (early.error, thread.get().text) == ("", "")


def test_an_edit_to_an_empty_text_of_a_message_that_never_comes_is_given_up(edit, receive, thread, mona):
    early = receive(edit(" "))
    for _attempt in range(PATIENCE):
        early.process()
    assert early.processed_at
    assert not thread.exists()
    assert fresh(mona.conversation).waiting_since is None


def test_the_queue_row_names_the_attachment_of_a_message_edited_to_an_empty_text(receive, edit, said, mona):
    receive(said("m_1", "Here", attachments=[{"type": "image", "payload": {"url": "https://cdn.example.com/a.png"}}]))
    receive(edit(""))
    assert fresh(mona.conversation).last_words == "Picture"


@pytest.mark.parametrize(
    ("text", "is_news"),
    [("Where is my parcel? It is urgent", True), ("Where is  my parcel?", False), ("Where is my", False), ("", False)],
    ids=["more words", "other spaces", "fewer words", "no words"],
)
def test_an_edit_with_new_words_ends_a_snooze_and_calls_the_holder(text, is_news, receive, edit, spoken, ana):
    conversation = spoken.conversation
    conversation.take(ana)
    Snooze.objects.snooze(conversation, ana, timezone.now() + timedelta(hours=1))
    receive(edit(text))
    conversation.refresh_from_db()
    assert (conversation.is_snoozed, conversation.is_back) == (not is_news, is_news)


def test_an_edit_ends_a_snooze_until_the_next_message(receive, edit, spoken, ana):
    conversation = spoken.conversation
    conversation.take(ana)
    Conversation.objects.update(waiting_since=None)  # somebody has answered
    Snooze.objects.snooze(conversation, ana)
    receive(edit("Where is my parcel? It did not come"))
    conversation.refresh_from_db()
    assert (conversation.is_snoozed, conversation.calls_holder) == (False, True)


def test_an_edit_of_a_conversation_that_is_not_snoozed_calls_nobody(receive, edit, spoken, ana):
    spoken.conversation.take(ana)
    receive(edit("Where is my parcel? It is urgent"))
    assert not fresh(spoken.conversation).calls_holder
