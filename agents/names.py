"""Names that people chose, among words of ours: whatever direction they are written in, they turn nothing else."""

import re
import unicodedata

CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")  # override or mark the direction of writing
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
RIGHT_TO_LEFT = {"R", "AL", "AN"}


def plain(name):
    """Without marks that turn the direction: with them a name or a file can pretend to be another."""
    return CONTROLS.sub("", name)


def isolated(name):
    """For a sentence: where a name runs from right to left, what stands beside it stays in its place."""
    name = plain(name)
    runs_left = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in name)
    return f"{FIRST_STRONG_ISOLATE}{name}{POP_ISOLATE}" if runs_left else name
