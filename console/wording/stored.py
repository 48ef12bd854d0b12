"""Sentences and words of ours that are stored, such as errors: in English, and translated for each reader.

A sentence with a part that varies, such as a status, has no translation and stays as it is.
"""

import re
from functools import cache

from django.conf import settings
from django.utils.translation import gettext, override

from console.wording.attachments import KINDS, STATUS, TEMPLATES, kind_name

NAMES = re.compile(r"(: | · |\Z)")  # of kinds stand before the first of these, and commas between them
UNKNOWN = re.compile(r"Attachment \((.*)\)")


def in_source_language():
    """Return the context in which sentences are stored, whatever language an agent reads."""
    return override(settings.LANGUAGE_CODE)


def translated(sentence):
    return gettext(sentence) if sentence else ""


def last_words(conversation):
    """Return the last words of a conversation. Names of kinds are translated: "Picture", or "Location: …"."""
    words = conversation.last_words
    if not conversation.are_last_words_ours:
        return words
    begin, mark, rest = NAMES.split(words, maxsplit=1)
    names = begin.split(", ")
    return ", ".join(map(_in_readers_language, names)) + mark + rest if all(map(_is_ours, names)) else words


def _is_ours(name):
    return name in _kinds() or UNKNOWN.fullmatch(name)


def _in_readers_language(name):
    unknown = UNKNOWN.fullmatch(name)
    return kind_name(unknown[1]) if unknown else gettext(name)


@cache
def _kinds():
    """Return our words for messages without a text, as they are stored."""
    with in_source_language():
        return {gettext("Message unsent"), *map(str, [*KINDS.values(), *STATUS.values(), *TEMPLATES.values()])}
