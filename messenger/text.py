"""Split a long text into messages, at the end of paragraphs, lines, sentences or words."""

import re

from .limits import LIMITS, utf16_length

# Where a text may be cut, the best first; a cut is at the end of what is found.
PAUSES = [
    re.compile(r"(?<=\S)(?=\s*\n\s*\n)"),  # a paragraph's end
    re.compile(r"(?<=\S)(?=\s*\n)"),  # a line's
    re.compile(r"""[.!?…]["'”’»)\]]*(?=\s)|[。！？]"""),  # a sentence's  # noqa: RUF001
    re.compile(r"(?<=\S)(?=\s)"),  # a word's
]


def parts(text: str, most: int = LIMITS["text"].most) -> list[str]:
    """Split the text into parts of at most `most` UTF-16 units (2000). Only white space between parts is lost.

    No part is empty. Pauses in the first half of a part are ignored, so that there are few parts.
    """
    found, rest = [], text.strip()
    while utf16_length(rest) > most:
        cut = _cut(rest, _reach(rest, most // 2), _reach(rest, most))
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def _reach(text, units):
    """Return how many code points of the text fit into these UTF-16 units."""
    for index, character in enumerate(text):
        units -= 1 if character <= "\uffff" else 2
        if units < 0:
            return index
    return len(text)


def _cut(text, least, most):
    for pause in PAUSES:
        if found := [match.end() for match in pause.finditer(text, 0, most + 1) if least <= match.end() <= most]:
            return max(found[-1], 1)
    return next((end for end in reversed(_ends(text, most)) if end > least), max(most, 1))


def _ends(text, most):
    """Return the ends, up to `most`, of the characters that a reader sees: an emoji of a family is one."""
    import regex  # only here: no program needs its 3 MiB before somebody writes so long a text

    return [match.end() for match in regex.finditer(r"\X", text, endpos=most + 1) if match.end() <= most]
