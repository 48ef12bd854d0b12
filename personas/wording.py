"""Sentences about a Page that are stored in English, in the language of their reader."""

from django.utils.translation import gettext, gettext_noop

DISCONNECTED = gettext_noop("Disconnected by %s.")


def in_readers_language(sentence):
    """Translate a stored sentence; the name in one about a disconnection stays."""
    begin, end = DISCONNECTED.split("%s")
    if sentence.startswith(begin) and sentence.endswith(end):
        return gettext(DISCONNECTED) % sentence.removeprefix(begin).removesuffix(end)
    return gettext(sentence) if sentence else ""
