"""A query as an agent types it: words, words in quotes, and operators such as `from:ana` or `before:2026-11-01`."""

import re
from datetime import date, datetime, time
from typing import NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.models.refusals import Refused
from console.search.indexing import SIGNS

LONGEST = 200  # characters
MOST_WORDS = 10
TOKEN = re.compile(r'(?:(?P<name>\w+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>\S*))')
BLANKS = str.maketrans(dict.fromkeys([*SIGNS, "\0"], " "))
STATES = ["open", "closed", "waiting"]
CONTENTS = ["file", "link", "picture"]
DAYS = ["before", "after"]


class Operator(NamedTuple):
    """An operator, with an example of its value, and what it finds."""

    name: str
    example: str
    description: Promise


OPERATORS = [
    Operator("from", "ana", gettext_lazy("what somebody said")),
    Operator("with", "mona", gettext_lazy("in conversations with a customer")),
    Operator("page", '"Bluebird Tea"', gettext_lazy("on a Page")),
    Operator("team", "returns", gettext_lazy("in conversations of a team")),
    Operator("label", "refund", gettext_lazy("with a label on the conversation or the customer")),
    Operator("is", "open", gettext_lazy("or is:closed, is:waiting")),
    Operator("has", "picture", gettext_lazy("or has:file, has:link")),
    Operator("after", "2026-11-01", gettext_lazy("on this day or later")),
    Operator("before", "2026-11-30", gettext_lazy("before this day")),
]
NAMES = {operator.name for operator in OPERATORS}


class BadQuery(Refused):
    """An operator has an invalid value. The sentence names the valid ones."""


class Query:
    """A parsed query. phrases: lists of words in a row. given: {name of an operator: its values}."""

    def __init__(self, text):
        self.text = text.replace("\0", " ").strip()[:LONGEST]
        self.phrases, self.given, self.ids = [], {}, []
        for token in TOKEN.finditer(self.text):
            self._read(token)
        self.phrases = self.phrases[:MOST_WORDS]

    def __bool__(self):
        return bool(self.phrases or self.given or self.ids)

    @property
    def words(self):
        """Return the words outside of phrases, in lower case."""
        return [words[0].lower() for words in self.phrases if len(words) == 1]

    def values(self, name):
        return self.given.get(name, [])

    @property
    def is_about_messages(self):
        """Return whether the query can only find messages, and no customer by their name."""
        return not self.given.keys().isdisjoint({"from", "has", "before", "after"})

    def _read(self, token):
        name, value = (token["name"] or "").lower(), token["quoted"] or token["plain"] or ""
        if name in NAMES:
            self._read_operator(name, value.strip())
        elif token["quoted"] is not None and not name:
            self._add(value.translate(BLANKS).split())
        else:
            for word in token[0].translate(BLANKS).split():
                self._add([word])
            if token[0].startswith("m_"):
                self.ids.append(token[0])

    def _add(self, words):
        if words:
            self.phrases.append(words[:MOST_WORDS])

    def _read_operator(self, name, value):
        """Keep the value of an operator. An operator without a value is still being typed."""
        if value:
            self.given.setdefault(name, []).append(READ.get(name, _as_is)(name, value))


def _as_is(name, value):
    return value


def _one_of(choices):
    def read(name, value):
        if value.lower() not in choices:
            known = ", ".join(f"{name}:{choice}" for choice in choices)
            raise BadQuery(_("“%(given)s” is not known. Try %(known)s.") % {"given": f"{name}:{value}", "known": known})
        return value.lower()

    return read


def _moment(name, value):
    """Return the moment at which a day begins here."""
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(value), time()))
    except (ValueError, OverflowError):
        sentence = _("“%(given)s” is not a date. Write it as in %(example)s.")
        raise BadQuery(sentence % {"given": f"{name}:{value}", "example": f"{name}:2026-11-30"}) from None


READ = {"is": _one_of(STATES), "has": _one_of(CONTENTS), **dict.fromkeys(DAYS, _moment)}
