"""A long text goes out in parts: nothing is lost, nothing is too long, and it is cut where people pause."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messenger.limits import utf16_length
from messenger.text import parts

FAMILY = "👨‍👩‍👧‍👦"  # 11 units that are one picture
FLAG = "🇦🇺"
ACCENT = "e\u0301"
TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from([*" \n.!?", *FAMILY, *FLAG, *ACCENT]))
)
WORDS = st.lists(st.text(st.characters(categories=["L", "So"]), min_size=1, max_size=4), min_size=1, max_size=60)


def letters(text):
    return "".join(text.split())


@given(TEXTS, st.integers(4, 40))
def test_cutting_a_long_text_loses_nothing_but_white_space(text, most):
    assert letters("".join(parts(text, most))) == letters(text)


@given(TEXTS, st.integers(4, 40))
def test_parts_of_a_text_are_never_empty_or_too_long_and_are_few(text, most):
    found = parts(text, most)
    assert all(0 < utf16_length(part) <= most and part == part.strip() for part in found)
    assert len(found) <= 1 + utf16_length(text) / (most // 2 - 1)


@given(WORDS, st.sampled_from([" ", "\n", ". ", "\n\n"]))
def test_cutting_a_text_keeps_words_whole(words, between):
    text = between.join(words)
    assert " ".join(parts(text, 40)).split() == text.split()


@pytest.mark.parametrize("text", ["", "  \n", "\n\n\n" * 2000])
def test_an_empty_text_has_no_parts(text):
    assert parts(text) == []


def test_a_text_within_the_limit_is_one_part():
    assert parts("a" * 2000) == ["a" * 2000]
    assert parts("😀" * 1000) == ["😀" * 1000]
    assert [utf16_length(part) for part in parts("😀" * 1001)] == [2000, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The first one.\n\nSecond one. It is long.", ["The first one.", "Second one. It is long."]),
        ("The first thing\nSecond. Is quite long", ["The first thing", "Second. Is quite long"]),
        ("First thing. Second thing is long", ["First thing.", "Second thing is long"]),
        ("He said “First thing.” And left then", ["He said “First thing.”", "And left then"]),
        ("No end of a sentence anywhere", ["No end of a sentence", "anywhere"]),
        ("Hi. Nobody cuts so near the beginning", ["Hi. Nobody cuts so near", "the beginning"]),
        ("x" * 30, ["x" * 24, "x" * 6]),
    ],
)
def test_a_text_is_cut_at_paragraphs_lines_sentences_or_words(text, expected):
    assert parts(text, 24) == expected


@pytest.mark.parametrize("character", [FAMILY, FLAG, ACCENT, "👍🏽", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1\ufe0f\u20e3"])
def test_cutting_a_text_keeps_graphemes_whole(character):
    for part in parts(character * 30, 60):
        assert part.replace(character, "") == ""


def test_a_grapheme_longer_than_a_message_is_cut_without_loss():
    assert "".join(parts("e" + "\u0301" * 100, 40)) == "e" + "\u0301" * 100


def test_a_text_of_twenty_thousand_characters_is_cut_into_ten_parts():
    assert len(parts("word " * 4000)) == 10
