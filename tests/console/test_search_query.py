"""The query of a search, as an agent types it."""

import re

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from console.search.query import LONGEST, MOST_WORDS, NAMES, BadQuery, Query
from console.search.snippets import snippet


@pytest.mark.parametrize(
    ("text", "phrases", "operators"),
    [
        ("green tea", [["green"], ["tea"]], {}),
        ('"green tea" pot', [["green", "tea"], ["pot"]], {}),
        ('"green tea', [["green", "tea"]], {}),
        ("FROM:ana Tea", [["Tea"]], {"from": ["ana"]}),
        ('page:"Bluebird Tea" with:"Mona', [], {"page": ["Bluebird Tea"], "with": ["Mona"]}),
        ("color:green https://a.b/c", [["color"], ["green"], ["https"], ["a"], ["b"], ["c"]], {}),
        ("from: tea", [["tea"]], {}),
        ("is:Open has:FILE", [], {"is": ["open"], "has": ["file"]}),
        ("#4711-B", [["4711"], ["B"]], {}),
        ('"" :: - "', [], {}),
    ],
)
def test_a_query_is_words_phrases_and_operators(text, phrases, operators):
    query = Query(text)
    assert (query.phrases, query.given) == (phrases, operators)


def test_a_day_begins_at_midnight_here():
    [moment] = Query("before:2026-11-01").values("before")
    assert timezone.localtime(moment).isoformat()[:16] == "2026-11-01T00:00"


pieces = st.sampled_from(
    [*(f"{name}:" for name in NAMES), '"', " ", "a", "2026-11-01", "open", "\0", "'", "\\", "ß", "m_x"]
)


@given(st.one_of(st.text(), st.lists(pieces).map("".join)))
def test_no_text_breaks_a_query(text):
    try:
        query = Query(text)
    except BadQuery as refusal:
        assert refusal.sentence
        return
    assert len(query.text) <= LONGEST and len(query.phrases) <= MOST_WORDS
    assert query.given.keys() <= NAMES
    for word in [word for phrase in query.phrases for word in phrase]:
        assert word and not re.search(r"[\s'\\:&|!()<>*\0]", word)


@given(st.text(), st.text(min_size=1, max_size=3))
def test_a_snippet_is_a_part_of_the_text(text, beginning):
    parts = snippet(text, lambda word: word.startswith(beginning))
    shown = "".join(part.text for part in parts).removeprefix("… ").removesuffix(" …")
    assert shown in " ".join(text.split())
    assert all(part.text for part in parts)
