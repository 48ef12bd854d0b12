"""Show names that people chose within our sentences, in any direction of writing."""

import re
import unicodedata

CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")  # override or mark the direction of writing
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
BLANKS = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")  # letters and signs that are displayed as nothing
INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"}  # categories of Unicode
RIGHT_TO_LEFT = {"R", "AL", "AN"}


def plain(name):
    """Remove marks of direction: with them the name of a person or a file can look like another."""
    return CONTROLS.sub("", name)


def in_one_line(name):
    """Return a name without line ends, control characters and marks of direction; "" if none of it is visible."""
    letters = "".join(letter for letter in " ".join(plain(name).split()) if unicodedata.category(letter) != "Cc")
    return letters if any(map(_is_seen, letters)) else ""


def isolated(name):
    """Isolate a right-to-left name, so that the words beside it in a sentence keep their places."""
    if name.isascii():  # nearly always, and a page shows a hundred names
        return name
    name = plain(name)
    runs_left = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in name)
    return f"{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}" if runs_left else name


def _is_seen(letter):
    return letter not in BLANKS and unicodedata.category(letter) not in INVISIBLE
