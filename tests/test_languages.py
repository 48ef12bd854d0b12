"""The translations in locale/: complete in German, and faithful in each language."""

import re
from collections import Counter

import polib
import pytest
from django.conf import settings

from tests.house import ROOT

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}|https?://|[#@|]|\\n")
CATALOGUES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))
COMPLETE = [code for code in settings.COMPLETE_LANGUAGES if code != "en"]


def language(path):
    return path.parts[-3]


@pytest.fixture(params=CATALOGUES, ids=language)
def catalogue(request):
    return polib.pofile(str(request.param))


def pairs(entry):
    """Yield each translation with the text that it stands for; it is empty where nothing is translated yet."""
    for translation in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        yield translation, entry.msgid_plural or entry.msgid


def placeholders(text):
    return Counter(PLACEHOLDER.findall(text))


def test_each_translation_has_the_placeholders_of_its_text(catalogue):
    for entry in catalogue:
        for translation, text in pairs(entry):
            found, wanted = placeholders(translation), placeholders(text)
            is_counted_in_words = entry.msgid_plural and found < wanted  # as in "one message", without the number
            assert not translation or found == wanted or is_counted_in_words, (text, translation)


def test_each_translation_begins_and_ends_with_the_blanks_of_its_text(catalogue):
    for entry in catalogue:
        for translation, text in pairs(entry):
            assert not translation or re.findall(r"^\s*|\s*$", translation) == re.findall(r"^\s*|\s*$", text), text


def test_no_translation_is_a_guess_or_of_a_text_that_is_gone(catalogue):
    assert not [entry.msgid for entry in catalogue if entry.obsolete or entry.fuzzy]


def test_each_translation_has_all_plural_forms_of_its_language(catalogue):
    forms = int(re.search(r"nplurals=(\d)", catalogue.metadata["Plural-Forms"])[1])
    for entry in catalogue:
        translations = [text for text in entry.msgstr_plural.values() if text]
        assert len(translations) in (0, forms if entry.msgid_plural else 0), entry.msgid


@pytest.mark.parametrize("code", COMPLETE)
def test_a_complete_language_translates_every_text(code):
    catalogue = polib.pofile(str(ROOT / "locale" / code / "LC_MESSAGES" / "django.po"))
    assert not [entry.msgid for entry in catalogue if not entry.translated()]


def test_each_folder_of_translations_is_a_language_that_agents_can_choose():
    assert ["en", *map(language, CATALOGUES)] == [code for code, _name in settings.LANGUAGES]
