"""Show names that people chose within our sentences, in any direction of writing."""

import re
import unicodedata

CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")  # override or mark the direction of writing
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
RIGHT_TO_LEFT = {"R", "AL", "AN"}


def plain(name):
    """Remove marks of direction: with them the name of a person or a file can look like another."""
    return CONTROLS.sub("", name)


def isolated(name):
    """Isolate a right-to-left name, so that the words beside it in a sentence keep their places."""
    if name.isascii():  # nearly always, and a page shows a hundred names
        return name
    name = plain(name)
    runs_left = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in name)
    return f"{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}" if runs_left else name
