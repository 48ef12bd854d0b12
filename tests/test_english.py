"""Docstrings in plain English, as far as a program can tell: each begins with a verb or with a noun, its subject."""

import re

import pytest

from tests.house import ROOT, comments, defined_names, docstrings, modules, name

# A docstring that begins with one of these is a riddle: it has no verb, or leaves out who does what.
RIDDLE = re.compile(
    r"(What|Whatever|Who|Whom|Whose|Whoever|Whether|Which|Where|Wherever|When|Whenever|While|Why|How|However"
    r"|Of|By|From|To|Under|Until|As|Also|Once|Not|For|In|On|At|With|Without|Within|Between|Behind|Before|After|Beside"
    r"|If|So|And|Or|But|Because|Although|Than|Then|That|Only|Again|Back|Up|Meanwhile"
    r"|It|Its|They|Their|Theirs|She|He|None|True|False)\b"
)
# Nor does a sentence within a docstring or a comment begin with a pronoun or question word that stands for its subject.
FREE = re.compile(
    r"(?:^|(?<=[.!?:;] ))(?:(?:One|Ones|Those|None|Some) (?:that|who|which|whose|without)"
    r"|What|Whatever|Who|Whom|Whose|Whoever|Whether|Where (?:no|none|nobody|nothing|one|it))\b"
)
FREE_IN_SCRIPTS = re.compile(
    r"(?:One that|Those that|What|Whatever|Who|Whose|Whoever|Whether|Where|Of|Once|Also|Nor|As it|By|In place of)\b"
)
PACKAGES = ["agents", "console", "messenger", "personas", "sandbox", "examples", "bin", "tests"]
PRIVATE_WORDS = re.compile(r"(^|_)(tells?|told|hears?|heard)(_|$)")  # for sent, received, notified
COVERED = [  # the files whose docstrings are checked
    "agents/*.py",
    "bin/*.py",
    "console/**/*.py",
    "messenger/**/*.py",
    "personas/**/*.py",
    "sandbox/**/*.py",
    "tests/**/*.py",
]


@pytest.mark.parametrize("files", COVERED)
def test_every_docstring_begins_with_a_capital_verb_or_noun(files):
    paths = sorted(ROOT.glob(files))
    found = [(path, line, text) for path in paths for line, text in docstrings(path) if is_riddle(text)]
    assert paths and not found, "\n" + "\n".join(f"{name(path)}:{line} {text[:80]!r}" for path, line, text in found)


def is_riddle(text):
    return not text[0].isupper() or RIDDLE.match(text) is not None


@pytest.mark.parametrize("files", COVERED)
def test_no_sentence_of_a_docstring_or_comment_begins_without_its_subject(files):
    paths = sorted(ROOT.glob(files))
    texts = [(path, line, text) for path in paths for line, text in [*docstrings(path), *comments(path)]]
    found = [f"{name(path)}:{line} {text!r}" for path, line, text in texts if FREE.search(" ".join(text.split()))]
    assert len(texts) > 5 and not found, "\n" + "\n".join(found)


def test_no_comment_of_a_script_begins_without_its_subject():
    paths = sorted(ROOT.glob("static/js/*.js"))
    texts = [(path, line, text) for path in paths for line, text in comments(path, "//")]
    found = [f"{name(path)}:{line} {text!r}" for path, line, text in texts if FREE_IN_SCRIPTS.match(text)]
    assert len(texts) > 100 and not found, "\n" + "\n".join(found)


def test_no_sentence_that_people_see_begins_without_its_subject():
    """Texts without a full stop, such as the names of fields, may."""
    sentences = re.findall(r'^msgid "(.+\.)"$', (ROOT / "locale/de/LC_MESSAGES/django.po").read_text(), re.MULTILINE)
    assert len(sentences) > 300 and [text for text in sentences if FREE.search(text)] == []


@pytest.mark.parametrize("text", ["Read it. One that fails waits.", "What it has.", "Ask. Whoever waits is next."])
def test_a_sentence_that_begins_without_its_subject_is_found(text):
    assert FREE.search(text)


@pytest.mark.parametrize("text", ["One worker waits.", "Return what is left.", "A turn: one that waits is next."])
def test_a_sentence_that_names_its_subject_passes(text):
    assert not FREE.search(text)


@pytest.mark.parametrize(
    "text",
    ["Whether it is there.", "→ the status", "With a lease.", "`since`: a moment", "It waits.", "None for a stranger."],
)
def test_a_docstring_that_begins_without_a_verb_or_noun_is_found(text):
    assert is_riddle(text)


@pytest.mark.parametrize(
    "text", ["Return whether it is there.", "The bot's face.", "Notes of an agent.", "Itemise a bill."]
)
def test_a_docstring_that_begins_with_a_verb_or_noun_passes(text):
    assert not is_riddle(text)


def test_names_use_the_words_of_the_field_for_messages():
    paths = [path for package in PACKAGES for path in modules(package)]
    found = {(name(path), word) for path in paths for word in defined_names(path) if PRIVATE_WORDS.search(word.lower())}
    assert len(paths) > 300 and not found, sorted(found)
