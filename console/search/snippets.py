"""Snippets: some words around those that a query found, in parts, of which some are marked. Templates escape each."""

import re
from typing import NamedTuple

BEFORE, LONGEST = 40, 160  # characters
WORD = re.compile(r"[^\W_]+")


class Part(NamedTuple):
    text: str
    is_marked: bool


def snippet(text, is_found):
    """Return the parts of a text around the first of its words that were found. is_found: whether a word was."""
    text = " ".join(text.split())
    found = [word for word in WORD.finditer(text) if is_found(word[0].lower())]
    begin = _begin(text, found[0].start() if found else 0)
    end = begin + LONGEST
    parts, at = [Part("… " * (begin > 0), False)], begin
    for word in found:
        if word.end() <= end:
            parts += [Part(text[at : word.start()], False), Part(word[0], True)]
            at = word.end()
    parts.append(Part(text[at:end] + " …" * (len(text) > end), False))
    return [part for part in parts if part.text]


def _begin(text, first):
    """Return where to begin, so that the first word is near the beginning and no word is cut."""
    if first <= BEFORE:
        return 0
    return text.find(" ", first - BEFORE, first) + 1 or first
