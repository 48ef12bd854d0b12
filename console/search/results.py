"""Search: the documents that a query finds among those that the agent may see, by customer, the newest first.

Frequent words are found among the newest documents, along the index of their moments. Rare words are found by the index
of words, whose hits are then sorted. PostgreSQL would choose between the two by statistics, which know no new words.
"""

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.search import SearchQuery, SearchVectorExact
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, F, Func
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from console.models import Attachment, Conversation, Message, Note, SearchDocument, SearchWord
from console.models.refusals import Refused
from console.search import conditions
from console.search.labelled import Labelled
from console.search.models import Kind
from console.search.snippets import snippet
from personas.models import Page

PAGE = 30  # hits
NEWEST = 10_000  # documents that are looked through for frequent words
MOST_CUSTOMERS = 5
MOST_SHOWN = 3  # hits of one customer among others
TIME_LIMIT = "3s"  # for each statement
SETTINGS = "SELECT set_config('statement_timeout', %s, true), set_config('enable_seqscan', 'off', true)"


class TooSlow(Refused):
    def __init__(self):
        super().__init__(_("This search took too long. Add a word, or narrow it down with an operator such as after:."))


@dataclass
class Hit:
    """One place in a conversation where the words were found."""

    document: SearchDocument
    row: Any  # its message, note or file
    conversation: Conversation
    parts: list

    @property
    def anchor(self):
        """Return the id of the entry in the thread."""
        return f"note-{self.document.note_id}" if self.is_note else f"message-{self.document.message_id}"

    @property
    def is_note(self):
        return self.document.kind == Kind.NOTE

    @property
    def by(self):
        """Return who said it."""
        if self.is_note:
            return _("Note by %(name)s") % {"name": self.row.author}
        message = self.row.message if self.document.kind == Kind.FILE else self.row
        message.conversation = self.conversation
        return str(self.conversation) if message.is_incoming else message.sender_name


@dataclass
class Group:
    conversation: Conversation
    name: list  # parts of the customer's name
    all: str  # the query for all hits with this customer
    labels: list  # by which the customer was found
    hits: list = field(default_factory=list)
    more: int = 0  # hits that are not shown


class Search:
    """One page of the results of a query for an agent. after: the place of the last hit of the page before."""

    def __init__(self, agent, query, after=None):
        self.query, self.after, self.labels = query, after, {}
        self.pages = list(Page.objects.open_to(agent).order_by().defer("token"))
        with _limits():
            self.alternatives = SearchWord.objects.containing(query.words)
            customers, documents = self._find()
            self.is_near = not customers and not documents and self._look_for_near_words()
            if self.is_near:
                customers, documents = self._find()
        self.has_more, documents = len(documents) > PAGE, documents[:PAGE]
        self.next = urlencode({"q": query.text, "after": documents[-1].place}) if self.has_more else ""
        self.groups = self._groups(customers, documents)

    # Find

    def _find(self):
        customers = [] if self.after or self.query.is_about_messages else self._customers()
        return customers, self._documents()

    def _look_for_near_words(self):
        """Search for words that differ by one letter, too; return whether there are any."""
        near = SearchWord.objects.resembling(self.query.words)
        self.alternatives = {word: [*self.alternatives.get(word, []), *near[word]] for word in near}
        return any(near.values())

    def _words(self):
        """Return the query in PostgreSQL's language. The last word of each phrase may be longer."""
        phrases = [self._phrase(words) for words in self.query.phrases]
        return SearchQuery(" & ".join(phrases), search_type="raw", config="simple")

    def _phrase(self, words):
        given = " <-> ".join(_quoted(word) for word in words) + ":*"
        others = self.alternatives.get(words[0].lower(), []) if len(words) == 1 else []
        return f"({' | '.join([given, *map(_quoted, others)])})"

    def _customers(self):
        """Find the customers by name or id, and then those with a label that the words name."""
        found = conditions.narrow(SearchDocument.objects.customers(), self.query, self.pages, "customer__conversation")
        found = found.newest_first()
        if not self.query.phrases:
            return list(found[:MOST_CUSTOMERS])
        by_name = list(found.filter(vector=self._words())[:MOST_CUSTOMERS])
        labelled = Labelled(self.query, self.pages)
        known = [document.pk for document in by_name]
        by_label = labelled.among(found.exclude(pk__in=known))[: MOST_CUSTOMERS - len(by_name)]
        self.labels = labelled.of(by_label)
        return [*by_name, *by_label]

    def _documents(self):
        said = conditions.narrow(SearchDocument.objects.said(), self.query, self.pages, "conversation")
        said = conditions.narrow_said(said, self.query)
        if self.query.ids:
            return list(said.filter(message__page__in=self.pages, message__mid__in=self.query.ids)[: PAGE + 1])
        if not self.query.phrases:
            return list(said.behind(self.after).newest_first()[: PAGE + 1]) if self.query.given else []
        return self._with_words(said)

    def _with_words(self, said):
        """Look through the newest documents, and search older ones by the index of words."""
        words, newest = self._words(), SearchDocument.objects.said().behind(self.after).newest_first()
        end = newest.values_list("at", flat=True)[NEWEST : NEWEST + 1].first()
        near = said.filter(_has_words(words)).behind(self.after).newest_first()
        if end is None:
            return list(near[: PAGE + 1])
        hits = list(near.filter(at__gte=end)[: PAGE + 1])
        if len(hits) <= PAGE:
            older = said.filter(vector=words, at__lt=end).order_by(_unindexed("at").desc(), "-pk")
            hits += older[: PAGE + 1 - len(hits)]
        return hits

    # Show

    def _groups(self, customers, documents):
        keys = {document.conversation_id for document in documents}
        people = {document.customer_id for document in customers}
        found = Conversation.objects.on(self.pages).with_page().select_related("customer")
        rows = list(found.filter(pk__in=keys) | found.filter(customer__in=people)) if keys or people else []
        by_key = {row.pk: row for row in rows}
        by_customer = {row.customer_id: row for row in rows}
        order = [by_customer.get(one.customer_id) for one in customers]
        order += [by_key.get(one.conversation_id) for one in documents]
        groups = {row.pk: self._group(row) for row in order if row}
        for hit in self._hits(documents, by_key):
            groups[hit.document.conversation_id].hits.append(hit)
        if len(groups) > 1:
            for group in groups.values():
                group.more, group.hits = max(len(group.hits) - MOST_SHOWN, 0), group.hits[:MOST_SHOWN]
        return list(groups.values())

    def _group(self, conversation):
        everything = urlencode({"q": f'{self.query.text} with:"{conversation.customer.name}"'})
        labels = self.labels.get(conversation.customer_id, [])
        return Group(conversation, snippet(str(conversation), self.is_found), everything, labels)

    def _hits(self, documents, conversations):
        """Yield a hit for each document that still exists. A message and its file make one hit."""
        rows = _rows(documents)
        shown = {document.message_id for document in documents if document.kind == Kind.MESSAGE}
        for document in documents:
            row, conversation = rows.get((document.kind, document.key)), conversations.get(document.conversation_id)
            is_shown = document.kind == Kind.FILE and document.message_id in shown
            if row and conversation and not is_shown:
                yield Hit(document, row, conversation, snippet(document.text_of(row), self.is_found))

    def is_found(self, word):
        """Return whether a word of a text, in lower case, is one that was searched for."""
        known = {other for others in self.alternatives.values() for other in others}
        return word in known or any(word.startswith(one.lower()) for phrase in self.query.phrases for one in phrase)


def _rows(documents):
    """Read the messages, notes and files of these documents: {(kind, key): row}."""
    models = {
        Kind.MESSAGE: Message.objects.select_related("author", "persona"),
        Kind.NOTE: Note.objects.select_related("author"),
        Kind.FILE: Attachment.objects.select_related("message__author", "message__persona"),
    }
    rows = {}
    for kind, known in models.items():
        keys = [document.key for document in documents if document.kind == kind]
        rows |= {(kind, row.pk): row for row in known.filter(pk__in=keys)} if keys else {}
    return rows


def _quoted(word):
    """Quote a word of a query for PostgreSQL's language. Words contain no signs."""
    return f"'{word}'"


def _has_words(words):
    """Return a condition for frequent words that does not use the index of words: it would read all their documents."""
    match = SearchVectorExact(F("vector"), words)
    return Func(match, template="(%(expressions)s IS TRUE)", output_field=BooleanField())


def _unindexed(name):
    """Return the moment as an expression that no index has, to sort by."""
    return Func(F(name), template="(%(expressions)s + interval '0')")


@contextmanager
def _limits():
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(SETTINGS, [TIME_LIMIT])
            yield
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise TooSlow from error
