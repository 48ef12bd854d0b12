"""Split a long text into messages, at the end of paragraphs, lines, sentences or words."""

import re
import unicodedata

from .limits import LIMITS, utf16_length

# Where a text may be cut, the best first; a cut is at the end of what is found.
PAUSES = [
    re.compile(r"(?<=\S)(?=\s*\n\s*\n)"),  # a paragraph's end
    re.compile(r"(?<=\S)(?=\s*\n)"),  # a line's
    re.compile(r"""[.!?…]["'”’»)\]]*(?=\s)|[。！？]"""),  # a sentence's  # noqa: RUF001
    re.compile(r"(?<=\S)(?=\s)"),  # a word's
]
ZERO_WIDTH_JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)
TAGS = range(0xE0020, 0xE0080)  # in the flags of regions such as Scotland
LETTERS_OF_FLAGS = range(0x1F1E6, 0x1F200)  # two of them are one flag
LONGEST_CHARACTER = 40  # code points that are looked at to find where one that a reader sees begins


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
    whole = (cut for cut in range(most, max(least, most - LONGEST_CHARACTER), -1) if not _is_within(text, cut))
    return next(whole, max(most, 1))


def _is_within(text, cut):
    """Return whether a cut here would split a character that a reader sees as one."""
    before, after = text[cut - 1], text[cut]
    if ZERO_WIDTH_JOINER in (before, after) or unicodedata.category(after).startswith("M"):
        return True
    if ord(after) in LETTERS_OF_FLAGS:
        letters = len(text[:cut]) - len(text[:cut].rstrip("".join(map(chr, LETTERS_OF_FLAGS))))
        return letters % 2 == 1
    return ord(after) in SKIN_TONES or ord(after) in TAGS
