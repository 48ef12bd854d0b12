"""Reactions and edits of Mona, even before the message that they are about."""

import pytest

from tests.console.conftest import AT, fresh, texts


@pytest.fixture
def spoken(hear, said, thread):
    """Mona wrote."""
    hear(said("m_1", "Where is my parcel?"))
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


def test_a_reaction_is_shown_and_taken_back(hear, by_mona, react, spoken):
    hear(react("❤️"))
    assert fresh(spoken).reaction == "❤️"
    hear(by_mona(AT + 2, reaction={"mid": "m_1", "action": "unreact"}))
    assert fresh(spoken).reaction == ""


def test_a_reaction_that_comes_late_changes_nothing(hear, react, spoken):
    hear(react("👍", AT + 2), react("❤️", AT + 1))
    assert fresh(spoken).reaction == "👍"


def test_an_edit_shows_the_new_words_and_keeps_the_old(hear, edit, spoken):
    hear(edit("Where is my order?", AT + 1), edit("Where is my big order?", AT + 2))
    spoken.refresh_from_db()
    assert spoken.text == "Where is my big order?"
    assert spoken.earlier_texts == ["Where is my parcel?", "Where is my order?"]


def test_an_older_edit_is_ignored_and_the_same_one_is_one(hear, edit, spoken):
    hear(edit("newest", AT + 2)), hear(edit("older", AT + 1), edit("newest", AT + 2))
    assert (fresh(spoken).text, spoken.earlier_texts) == ("newest", ["Where is my parcel?"])


def test_an_edited_message_that_comes_again_stays_edited(hear, edit, said, spoken, thread):
    hear(edit("Where is my order?"), said("m_1", "Where is my parcel?"))
    assert texts(thread) == ["Where is my order?"]


def test_a_reaction_that_overtook_its_message_waits_for_it(react, hear, said, thread):
    early = hear(react("❤️"))
    assert (early.processed_at, "m_1 has not come" in early.error) == (None, True)
    hear(said("m_1"))
    early.process()
    assert (early.error, thread.get().reaction) == ("", "❤️")
    assert early.processed_at


def test_every_change_is_shown_to_those_who_look(hear, react, edit, take_back, spoken):
    revision = spoken.revision
    for change in (react("❤️"), edit("new words"), take_back):
        hear(change)
        assert fresh(spoken).revision > revision
        revision = spoken.revision


def test_an_edit_that_does_not_say_the_new_words_leaves_the_old(hear, by_mona, spoken):
    hear(by_mona(AT + 1, message_edit={"mid": "m_1", "num_edit": 1}))
    assert fresh(spoken).text == "Where is my parcel?"


def test_the_queue_shows_the_words_as_edited(hear, edit, spoken):
    hear(edit("Where is my order?"))
    assert fresh(spoken.conversation).last_words == "Where is my order?"
