"""Snippets: the words around those that a query found, in parts, some of them marked. Templates escape each part."""

import re
from typing import NamedTuple

BEFORE, LONGEST = 40, 160  # characters
WORD = re.compile(r"[^\W_]+")


class Part(NamedTuple):
    text: str
    is_marked: bool


def snippet(text, is_found):
    """Return the parts of a text around the first found word. is_found: says whether a word was found."""
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
    """Return the position to begin at: the found word is near the beginning, and no word is cut."""
    if first <= BEFORE:
        return 0
    return text.find(" ", first - BEFORE, first) + 1 or first
