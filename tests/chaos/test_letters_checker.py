"""The checker of letters itself, with letters doctored by hand: each fault in one is found and named."""

from dataclasses import replace

import pytest

from tests.chaos.checker import LOST, PERSONA, STATE, TWICE, WRONG_HOLDER
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


def test_the_checker_passes_a_correct_letter(letter):
    assert found(letter) == {}


def test_a_message_on_the_phone_that_the_console_lacks_is_lost(letter):
    del letter.held[3]
    assert found(letter) == {LOST: 1}


def test_a_sent_message_that_the_phone_lacks_counts_as_a_duplicate(letter):
    letter.held.append(Held("key-9", False, "sent", "l9", "m-9", "ana"))
    assert found(letter) == {TWICE: 1}


def test_a_confirmed_message_that_exists_nowhere_is_lost(letter):
    letter.posted.append(Posted("l9", "key-9", "ana", "Ana R."))
    assert found(letter) == {LOST: 1}
    letter.posted[-1].is_certain = False
    assert found(letter) == {}


def test_a_picture_with_the_content_of_another_is_lost(letter):
    change(letter.phone, 2, content=ANOTHER)
    assert found(letter) == {LOST: 1}


def test_a_message_with_the_wrong_source_is_found(letter):
    change(letter.held, 3, source="")
    assert found(letter) == {STATE: 1}


@pytest.mark.parametrize(("state", "kind"), [("failed", LOST), ("queued", STATE)])
def test_an_undelivered_message_that_failed_or_is_still_queued_is_found(letter, state, kind):
    del letter.phone[2]
    change(letter.held, 2, state=state, mid=None)
    assert found(letter) == {kind: 1}


def test_an_undelivered_message_that_is_unknown_or_was_refused_is_no_difference(letter):
    del letter.phone[2]
    change(letter.held, 2, state="unknown", mid=None)
    assert found(letter) == {}
    change(letter.held, 2, state="failed")
    letter.deeds.refusals = 1
    assert found(letter) == {}


def test_a_message_that_failed_after_a_retry_is_lost(letter):
    del letter.phone[2]
    change(letter.held, 2, state="failed", mid=None)
    letter.deeds.refusals = letter.deeds.failures = 1
    letter.deeds.retried["key-2"] = "Ben W."
    assert found(letter) == {LOST: 1}
    letter.deeds.refusals = 2
    assert found(letter) == {}


def test_a_message_that_a_colleague_retried_has_the_persona_of_the_colleague(letter):
    change(letter.phone, 2, face="Ben W.")
    assert found(letter) == {PERSONA: 1}
    letter.deeds.retried["key-2"] = "Ben W."
    assert found(letter) == {}


def test_a_duplicate_is_accepted_only_if_a_call_took_effect_late_and_both_are_shown(letter):
    take_effect_again(letter)
    assert found(letter) == {LOST: 1, TWICE: 1}
    letter.deeds.lates = 1
    assert found(letter) == {LOST: 1}
    letter.held.append(Held("key-5", False, "delivered", "l1", "m-5", "ana"))
    assert found(letter) == {}
    letter.deeds.lates = 0
    assert found(letter) == {TWICE: 1}


def test_a_message_under_another_persona_is_found(letter):
    change(letter.phone, 1, face="Ben O.")
    assert found(letter) == {PERSONA: 1}


def test_a_message_sent_as_the_page_is_found_unless_the_console_gives_a_reason(letter):
    change(letter.phone, 1, face=None)
    assert found(letter) == {PERSONA: 1}
    change(letter.held, 1, sent_as_page_because="Facebook would not make it.")
    assert found(letter) == {}


def test_an_edit_and_a_reaction_that_the_console_missed_are_found(letter):
    change(letter.phone, 0, content="c1, edited")
    change(letter.phone, 1, reaction="😮")
    assert found(letter) == {STATE: 2}


def test_an_unsent_message_that_still_has_its_text_is_found(letter):
    letter.deeds.unsent.add("m-1")
    assert found(letter) == {STATE: 1}
    change(letter.held, 0, text="", is_unsent=True)
    assert found(letter) == {}


def test_a_letter_held_by_the_wrong_holder_is_found(letter):
    letter.holder = "queue"
    assert found(letter) == {WRONG_HOLDER: 1}
