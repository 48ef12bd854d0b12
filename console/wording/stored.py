"""Sentences and words of ours that are stored, such as errors: in English, and translated for each reader.

A sentence with a part that varies, such as a status, has no translation and stays as it is.
"""

from functools import cache

from django.conf import settings
from django.utils.translation import gettext, override

from console.wording.attachments import KINDS, TEMPLATES


def in_source_language():
    """Return the context in which sentences are stored, whatever language an agent reads."""
    return override(settings.LANGUAGE_CODE)


def translated(sentence):
    return gettext(sentence) if sentence else ""


def last_words(words):
    """Translate the name of a file's kind in the last words of a conversation: "Picture", or "Location: …"."""
    kind, colon, rest = words.partition(": ")
    return f"{gettext(kind)}{colon}{rest}" if kind in _kinds() else words


@cache
def _kinds():
    """Return our words for messages without a text, as they are stored."""
    with in_source_language():
        return {gettext("Message unsent"), *map(str, [*KINDS.values(), *TEMPLATES.values()])}
