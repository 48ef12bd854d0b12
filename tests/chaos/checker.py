"""Compare the texts that were typed, the customer's phone, the console's rows and the agent's page.

`handovers.py` compares the holders of the conversation, and the events of its bot. No server and no clock is needed
here, so tests use threads with errors made by hand.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

from tests.chaos.handovers import HandoversCase, Holding

LOST, TWICE, ORDER, PERSONA, STATE = "lost", "twice", "out of order", "wrong persona", "wrong state"
WRONG_HOLDER, SIGHT = "wrong holder", "seen by an outsider"
KINDS = [LOST, TWICE, ORDER, PERSONA, STATE, WRONG_HOLDER, SIGHT]
ARRIVED = ("sent", "delivered", "read")
PENDING = ("queued", "sending")


@dataclass(frozen=True)
class Seen:
    """A message on the customer's phone. face: the persona's name, None for the Page itself."""

    mid: str
    is_incoming: bool
    text: str
    face: str | None = None
    is_read: bool = False


@dataclass(frozen=True)
class Row:
    """A message in the console, with its place in the thread."""

    pk: int
    place: tuple
    is_incoming: bool
    state: str
    text: str
    key: str = ""
    mid: str | None = None
    sent_as_page_because: str = ""
    author: str = ""  # username
    is_by_bot: bool = False
    revision: int = 0  # of the conversation's, when it last changed


@dataclass(frozen=True)
class Shown:
    """A message on the agent's page."""

    pk: int
    is_incoming: bool
    state: str
    text: str
    face: str = ""


@dataclass
class Thread:
    """One conversation from all sides."""

    number: int
    page: str  # the name that stands above a message without a persona
    typed: list  # of drivers.Typed, in the order of Send
    seen: list
    rows: list
    shown: list
    said: list = field(default_factory=list)  # by the bot: each text may have arrived or not
    holding: Holding | None = None


@dataclass
class Verdict:
    differences: list = field(default_factory=list)  # (kind, sentence)
    count: Counter = field(default_factory=Counter)  # of what is no difference, but worth knowing

    def add(self, kind, sentence):
        self.differences.append((kind, sentence))

    @property
    def totals(self):
        counted = Counter(kind for kind, _sentence in self.differences)
        return {kind: counted[kind] for kind in KINDS}


def judge(threads, verdict=None):
    verdict = verdict or Verdict()
    for thread in threads:
        _Case(thread, verdict).judge()
    return verdict


class _Case:
    def __init__(self, thread, verdict):
        self.thread, self.verdict = thread, verdict
        self.rows = sorted(thread.rows, key=lambda row: row.place)
        self.answers = [seen for seen in thread.seen if not seen.is_incoming]
        self.questions = [seen for seen in thread.seen if seen.is_incoming]
        self.by_mid = {seen.mid: seen for seen in thread.seen}

    def judge(self):
        self._typed()
        self._nobody_typed()
        self._order_of_answers()
        self._said_by_bot()
        self._questions()
        self._agents_page()
        if self.thread.holding:
            self._handovers()

    # The agents' texts

    def _typed(self):
        rows = {row.key: row for row in self.rows if not row.is_incoming}
        for typed in self.thread.typed:
            copies = [seen for seen in self.answers if seen.text == typed.text]
            if len(copies) > 1:
                self._add(TWICE, f"the customer has “{typed.text}” {len(copies)} times")
            if typed.key in rows:
                self._outcome(typed, rows[typed.key], copies)
            else:
                self._add(LOST, f"the console confirmed “{typed.text}” and does not have it")
            for seen in copies:
                self._face(typed, rows.get(typed.key), seen)

    def _outcome(self, typed, row, copies):
        self.verdict.count["typed"] += 1
        if row.text != typed.text:
            self._add(LOST, f"“{typed.text}” became “{row.text}”")
        if row.state in ARRIVED and not copies:
            self._add(LOST, f"“{typed.text}” is called {row.state}, and the customer does not have it")
        elif row.state in ARRIVED:
            self._receipt(row, copies)
        elif copies:
            self._add(STATE, f"the customer has “{typed.text}”, and it is called {row.state}")
        elif row.state in PENDING:
            self._add(STATE, f"“{typed.text}” is still {row.state}, and nothing is on its way")
        elif row.state == "unknown":
            self.verdict.count["unsettled"] += 1
        else:
            self._add(LOST, f"“{typed.text}” was given up, although all that went wrong was passing")

    def _receipt(self, row, copies):
        """Judge a message that arrived. All webhooks have come, so its state is at least delivered."""
        self.verdict.count["arrived"] += 1
        self._check_receipts(row, copies)
        if row.mid not in [seen.mid for seen in copies]:
            self._add(STATE, f"“{row.text}” has the id of another message")

    def _check_receipts(self, row, copies):
        expected = "read" if any(seen.is_read for seen in copies) else "delivered"
        if row.state != expected:
            self._add(STATE, f"“{row.text}” is called {row.state}, and Facebook said {expected}")

    def _face(self, typed, row, seen):
        if seen.face == typed.agent:
            return
        if seen.face is None and row and row.sent_as_page_because:
            self.verdict.count["as the Page"] += 1
        else:
            self._add(PERSONA, f"{typed.agent} sent “{typed.text}”, and the customer sees {seen.face or 'the Page'}")

    def _nobody_typed(self):
        keys = {typed.key for typed in self.thread.typed}
        texts = {typed.text for typed in self.thread.typed}
        for row in self.rows:
            if not row.is_incoming and row.key not in keys and not self._is_bots(row):
                self._add(TWICE, f"the agent sees “{row.text}” once more, {row.state}, which nobody typed")
        for seen in self.answers:
            if seen.text not in texts and seen.text not in self.thread.said:
                self._add(TWICE, f"the customer has “{seen.text}”, which nobody typed")

    def _order_of_answers(self):
        order = {typed.text: number for number, typed in enumerate(self.thread.typed)}
        first_seen = list(dict.fromkeys(seen.text for seen in self.answers if seen.text in order))
        self._ascending([(order[text], text) for text in first_seen], "the customer reads")
        keys = {typed.key: number for number, typed in enumerate(self.thread.typed)}
        ours = [row for row in self.rows if row.key in keys]
        self._ascending([(keys[row.key], row.text) for row in ours], "the console holds")

    def _ascending(self, numbered, who):
        for (before, earlier), (after, later) in pairwise(numbered):
            if after < before:
                self._add(ORDER, f"{who} “{later}” after “{earlier}”")

    # The bot's messages

    def _is_bots(self, row):
        return row.is_by_bot and row.text in self.thread.said

    def _said_by_bot(self):
        """Judge the bot's messages, which come as echoes: each must be in the thread once, and in order."""
        seen = [seen for seen in self.answers if seen.text in self.thread.said]
        rows = [row for row in self.rows if self._is_bots(row)]
        held = Counter(row.mid for row in rows)
        for one in seen:
            self.verdict.count["said by bots"] += 1
            if not held[one.mid]:
                self._add(LOST, f"the bot said “{one.text}”, and the console does not have it")
            if held[one.mid] > 1:
                self._add(TWICE, f"the console has the bot's “{one.text}” {held[one.mid]} times")
        for row in rows:
            if row.mid in self.by_mid:
                self._check_receipts(row, [self.by_mid[row.mid]])
            else:
                self._add(TWICE, f"the console has the bot's “{row.text}”, which the customer does not have")
        order = {one.mid: number for number, one in enumerate(seen)}
        known = [row for row in rows if row.mid in order]
        self._ascending([(order[row.mid], row.text) for row in known], "the console holds")

    # The customer's messages

    def _questions(self):
        rows = [row for row in self.rows if row.is_incoming]
        held = Counter(row.mid for row in rows)
        for seen in self.questions:
            self.verdict.count["written"] += 1
            if not held[seen.mid]:
                self._add(LOST, f"the customer wrote “{seen.text}”, and the console does not have it")
            if held[seen.mid] > 1:
                self._add(TWICE, f"the console has the customer's “{seen.text}” {held[seen.mid]} times")
        for row in rows:
            if row.mid not in self.by_mid:
                self._add(TWICE, f"the console has “{row.text}”, which the customer did not write")
            elif row.text != self.by_mid[row.mid].text:
                self._add(LOST, f"the customer's “{self.by_mid[row.mid].text}” became “{row.text}”")
        order = {seen.mid: number for number, seen in enumerate(self.questions)}
        known = [row for row in rows if row.mid in order]
        self._ascending([(order[row.mid], row.text) for row in known], "the console holds")

    # The agent's view

    def _agents_page(self):
        rows = {row.pk: row for row in self.rows}
        places = {row.pk: number for number, row in enumerate(self.rows)}
        counted = Counter(shown.pk for shown in self.thread.shown)
        for row in self.rows:
            if not counted[row.pk]:
                self._add(LOST, f"“{row.text}” is not on the agent's page")
            if counted[row.pk] > 1:
                self._add(TWICE, f"“{row.text}” is on the agent's page {counted[row.pk]} times")
        known = [shown for shown in self.thread.shown if shown.pk in rows]
        self._ascending([(places[shown.pk], shown.text) for shown in known], "the agent reads")
        for shown in known:
            self._shown(shown, rows[shown.pk])

    def _shown(self, shown, row):
        if (shown.state, shown.is_incoming) != (row.state, row.is_incoming):
            self._add(STATE, f"the agent reads {shown.state} at “{row.text}”, and it is {row.state}")
        seen = self.by_mid.get(row.mid)
        mark = " Bot" if row.is_by_bot else ""
        if seen and not row.is_incoming and shown.face != (seen.face or self.thread.page) + mark:
            self._add(PERSONA, f"the agent reads “{shown.face}” above “{row.text}”, the customer “{seen.face}”")

    # The holder

    def _handovers(self):
        self.verdict.count["handovers"] += len(self.thread.holding.changes)
        self.verdict.count["received by bots"] += len(self.thread.holding.received)
        kinds = {"lost": LOST, "twice": TWICE, "order": ORDER, "wrong": WRONG_HOLDER}
        say = {name: partial(self._add, kind) for name, kind in kinds.items()}
        HandoversCase(self.thread.holding, self.rows, **say).judge()

    def _add(self, kind, sentence):
        self.verdict.add(kind, f"conversation {self.thread.number}: {sentence}")
