"""The checker of letters itself, with letters doctored by hand: whatever is wrong with one is found and named."""

from dataclasses import replace

import pytest

from tests.chaos.checker import HANDS, LOST, PERSONA, STATE, TWICE
from tests.chaos.letters import Deeds, Posted, content_of
from tests.chaos.letters_checker import Held, Letter, OnPhone, judge_letters

PICTURE, ANOTHER = content_of(b"a picture"), content_of(b"another picture")


@pytest.fixture
def letter():
    """Mona asks; Ana answers with words and with a picture, and somebody writes in the Page Inbox."""
    return Letter(
        number=1,
        posted=[Posted("l1", "key-1", "ana", "Ana R."), Posted(PICTURE, "key-2", "ana", "Ana R.")],
        deeds=Deeds(),
        phone=[
            OnPhone("m-1", True, "c1"),
            OnPhone("m-2", False, "l1", "Ana R.", reaction="❤"),
            OnPhone("m-3", False, PICTURE, "Ana R."),
            OnPhone("m-4", False, "l1", is_from_inbox=True),
        ],
        held=[
            Held("key-0", True, "received", "c1", "m-1"),
            Held("key-1", False, "delivered", "l1", "m-2", "ana", reaction="❤"),
            Held("key-2", False, "delivered", "", "m-3", "ana", has_file=True),
            Held("key-3", False, "delivered", "l1", "m-4", source="inbox"),
        ],
    )


def found(letter):
    return {kind: number for kind, number in judge_letters([letter]).totals.items() if number}


def change(items, position, **fields):
    items[position] = replace(items[position], **fields)


def take_effect_again(letter):
    letter.phone.append(OnPhone("m-5", False, "l1", "Ana R."))


def test_a_letter_that_agrees_is_clean(letter):
    assert found(letter) == {}


def test_what_the_console_does_not_have_is_lost(letter):
    del letter.held[3]
    assert found(letter) == {LOST: 1}


def test_what_the_phone_does_not_have_is_once_too_often(letter):
    letter.held.append(Held("key-9", False, "sent", "l9", "m-9", "ana"))
    assert found(letter) == {TWICE: 1}


def test_what_was_confirmed_and_forgotten_is_lost(letter):
    letter.posted.append(Posted("l9", "key-9", "ana", "Ana R."))
    assert found(letter) == {LOST: 1}
    letter.posted[-1].is_certain = False
    assert found(letter) == {}


def test_a_picture_with_the_id_of_another_is_lost(letter):
    change(letter.phone, 2, content=ANOTHER)
    assert found(letter) == {LOST: 1}


def test_words_that_came_from_elsewhere_are_not_ours(letter):
    change(letter.held, 3, source="")
    assert found(letter) == {STATE: 1}


@pytest.mark.parametrize(("state", "kind"), [("failed", LOST), ("queued", STATE)])
def test_what_never_arrived_has_a_reason(letter, state, kind):
    del letter.phone[2]
    change(letter.held, 2, state=state, mid=None)
    assert found(letter) == {kind: 1}


def test_what_may_not_have_arrived_and_was_refused_is_no_difference(letter):
    del letter.phone[2]
    change(letter.held, 2, state="unknown", mid=None)
    assert found(letter) == {}
    change(letter.held, 2, state="failed")
    letter.deeds.refusals = 1
    assert found(letter) == {}


def test_what_was_sent_again_and_still_failed_is_lost(letter):
    del letter.phone[2]
    change(letter.held, 2, state="failed", mid=None)
    letter.deeds.refusals = 1
    letter.deeds.retried["key-2"] = "Ben W."
    assert found(letter) == {LOST: 1}


def test_what_a_colleague_sent_again_arrives_under_the_colleagues_face(letter):
    change(letter.phone, 2, face="Ben W.")
    assert found(letter) == {PERSONA: 1}
    letter.deeds.retried["key-2"] = "Ben W."
    assert found(letter) == {}


def test_two_are_right_where_a_call_took_effect_late_and_both_are_shown(letter):
    take_effect_again(letter)
    assert found(letter) == {LOST: 1, TWICE: 1}
    letter.deeds.lates = 1
    assert found(letter) == {LOST: 1}
    letter.held.append(Held("key-5", False, "delivered", "l1", "m-5", "ana"))
    assert found(letter) == {}
    letter.deeds.lates = 0
    assert found(letter) == {TWICE: 1}


def test_another_face_is_found(letter):
    change(letter.phone, 1, face="Ben O.")
    assert found(letter) == {PERSONA: 1}


def test_the_page_is_no_other_face_where_the_console_says_why(letter):
    change(letter.phone, 1, face=None)
    assert found(letter) == {PERSONA: 1}
    change(letter.held, 1, sent_as_page_because="Facebook would not make it.")
    assert found(letter) == {}


def test_an_edit_and_a_reaction_that_were_not_noted_are_found(letter):
    change(letter.phone, 0, content="c1, edited")
    change(letter.phone, 1, reaction="😮")
    assert found(letter) == {STATE: 2}


def test_what_was_unsent_has_to_be_gone(letter):
    letter.deeds.unsent.add("m-1")
    assert found(letter) == {STATE: 1}
    change(letter.held, 0, text="", is_unsent=True)
    assert found(letter) == {}


def test_what_was_given_to_nobody_is_found(letter):
    letter.holder = "queue"
    assert found(letter) == {HANDS: 1}
