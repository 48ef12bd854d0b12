"""Fetch the threads from the customer's phone, the tables and the agent's page, to compare them."""

import re
import time
from html.parser import HTMLParser

import psycopg

from tests.chaos.checker import Row, Seen, Shown, Thread
from tests.chaos.handovers import Change, Holding

AWAY = 120  # s, the longest that PostgreSQL may be

ROWS = """
    SELECT m.id, m.at, m.is_incoming, m.state, m.text, m.idempotency_key::text, m.mid, m.sent_as_page_because,
           coalesce(author.username, ''), m.is_by_bot, m.revision
    FROM console_message m LEFT JOIN agents_agent author ON author.id = m.author_id WHERE m.conversation_id = %s"""
CHANGES = """
    SELECT h.revision, h.at, h.from_holder, coalesce(giver.username, ''), h.to_holder, coalesce(taker.username, ''),
           h.cause, coalesce(presser.username, '')
    FROM console_handover h
    LEFT JOIN agents_agent giver ON giver.id = h.from_agent_id
    LEFT JOIN agents_agent taker ON taker.id = h.to_agent_id
    LEFT JOIN agents_agent presser ON presser.id = h.by_id
    WHERE h.conversation_id = %s ORDER BY h.id"""
HOLDER = """
    SELECT c.holder, coalesce(a.username, ''), c.waiting_since IS NOT NULL
    FROM console_conversation c LEFT JOIN agents_agent a ON a.id = c.agent_id WHERE c.id = %s"""
UNFINISHED = """
    SELECT (SELECT count(*) FROM console_message
            WHERE state IN ('queued', 'sending') OR (state = 'unknown' AND next_attempt_at IS NOT NULL)),
           (SELECT count(*) FROM console_inboundwebhook WHERE processed_at IS NULL),
           (SELECT count(*) FROM console_botevent)"""
HAS_COME = "SELECT 1 FROM console_message WHERE mid = %s"
WHY = """
    SELECT state, error, attempts, next_attempt_at, now() FROM console_message
    WHERE state IN ('queued', 'sending', 'unknown') ORDER BY at LIMIT 5"""
UNPROCESSED = "SELECT attempts, error, left(body, 300) FROM console_inboundwebhook WHERE processed_at IS NULL LIMIT 5"
UNTOLD = """
    SELECT id, kind, attempts, next_attempt_at, leased_until, error, left(body, 300) FROM console_botevent LIMIT 5"""


class Database:
    def __init__(self, url):
        self.url = url

    def ask(self, query, parameters=()):
        """Return the rows of a query. Each try has a connection of its own; try again while PostgreSQL is down."""
        deadline = time.monotonic() + AWAY
        while True:
            try:
                with psycopg.connect(self.url) as connection:
                    return connection.execute(query, parameters).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)


class NeverQuiet(Exception):
    """Work is left after the time for it is over; the text says which."""


def wait_until_quiet(facebook, database, within, supervise):
    """Wait until no message, webhook or bot event is pending, and Facebook has no webhook left to deliver.

    supervise: a function that starts ended programs again, such as a worker some seconds after its Redis crashed.
    """

    def is_idle():
        supervise()
        return _is_idle(facebook, database)

    def has_come(mid):
        supervise()
        return database.ask(HAS_COME, [mid])

    last = facebook.post("customers", name="The last word")["psid"]
    deadline = time.monotonic() + within
    while True:
        _until(is_idle, deadline, lambda: _unfinished(database))
        # Webhooks of an app come one after the other, some of them unseen on their way: once this last one
        # is there, so are all before it.
        mid = facebook.post(f"customers/{last}/send", text="Is that all?")["mid"]
        _until(lambda mid=mid: has_come(mid), deadline, lambda: "the last word has not come")
        if is_idle():
            return


def _is_idle(facebook, database):
    return database.ask(UNFINISHED) == [(0, 0, 0)] and facebook.waiting() == 0


def _unfinished(database):
    asked = {"messages": WHY, "inbound webhooks": UNPROCESSED, "bot events": UNTOLD}
    return ", ".join(f"{name}: {database.ask(sql)}" for name, sql in asked.items())


def _until(look, deadline, why):
    while not look():
        if time.monotonic() > deadline:
            raise NeverQuiet(why())
        time.sleep(0.5)


def threads(talks, facebook, database, browser, bots, lost):
    """Yield the Thread of each talk. lost: the conversations that nobody would notice."""
    for talk in talks:
        yield Thread(
            talk.number,
            talk.page[2],
            talk.typed,
            _seen(facebook, talk.psid),
            [_row(*row) for row in database.ask(ROWS, [talk.pk])],
            shown(browser, talk.pk),
            list(bots.said[talk.psid]),
            _handovers(talk, database, bots, is_out_of_sight=talk.pk in lost),
        )


def _handovers(talk, database, bots, is_out_of_sight):
    [(holder, agent, is_waiting)] = database.ask(HOLDER, [talk.pk])
    return Holding(
        holder=(holder, agent),
        changes=[_change(*row) for row in database.ask(CHANGES, [talk.pk])],
        moves=talk.moves,
        received=list(bots.received[talk.psid]),
        has_bot=talk.has_bot,
        is_waiting=is_waiting,
        is_bot_dead=talk.page[0] in bots.known_dead,
        is_out_of_sight=is_out_of_sight,
    )


def _seen(facebook, psid):
    return [
        Seen(
            message["mid"],
            message["from"] == "customer",
            message["text"],
            message["persona"] and message["persona"]["name"],
            message["read"],
        )
        for message in facebook.get(f"customers/{psid}/thread")["messages"]
    ]


def _row(pk, at, *fields):
    return Row(pk, (at, pk), *fields)


def _change(revision, at, giver, giving, taker, taking, *why):
    return Change(revision, at, (giver, giving), (taker, taking), *why)


def shown(browser, pk):
    """Return all messages that an agent can scroll to, the oldest first."""
    page = Page(browser.page(f"/conversations/{pk}/"))
    messages = page.messages
    while page.older:
        page = Page(browser.page(page.older))
        messages = page.messages + messages
    return messages


class Page(HTMLParser):
    """The messages of one page of a thread."""

    def __init__(self, html):
        super().__init__()
        self._found, self._inside, self.older = [], None, None
        self.feed(html)

    @property
    def messages(self):
        return [
            Shown(found["pk"], found["is_incoming"], found["state"], found["text"], " ".join(found["face"].split()))
            for found in self._found
        ]

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        classes = (attributes.get("class") or "").split()
        if tag == "li" and (named := re.fullmatch(r"message-(\d+)", attributes.get("id") or "")):
            state = next(name.removeprefix("is-") for name in classes if name.startswith("is-"))
            found = {"pk": int(named[1]), "is_incoming": "is-incoming" in classes, "state": state}
            self._found.append(found | {"face": "", "text": ""})
        elif tag == "a" and "thread-older" in classes:
            self.older = attributes["href"]
        elif tag == "p" and self._found:
            self._inside = "face" if "message-sender" in classes else "text" if "text" in classes else None

    def handle_endtag(self, tag):
        if tag == "p":
            self._inside = None

    def handle_data(self, text):
        if self._inside and self._found:
            self._found[-1][self._inside] += text
