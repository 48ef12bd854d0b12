"""The holders of a conversation: handover rows, compared with the buttons that agents pressed, the events that bots
received, and the authors of messages.

Handovers are in the order of their ids, which are given under the conversation's lock. Customers' messages are compared
with them by the revisions of the conversation, which a relayed one keeps, and messages of agents by `at`.
"""

from dataclasses import dataclass, field
from itertools import pairwise

BOT, QUEUE = ("bot", ""), ("queue", "")  # a holder and, of an agent, the username


@dataclass(frozen=True)
class Move:
    """An agent pressed a button, and the console confirmed it."""

    cause: str
    by: str
    to: str = ""


@dataclass(frozen=True)
class Change:
    """A handover row."""

    revision: int  # of the conversation's, when it changed or its call to Facebook was made
    at: object
    before: tuple
    after: tuple
    cause: str
    by: str = ""


@dataclass(frozen=True)
class Received:
    """A message of the customer that the bot accepted."""

    mid: str
    is_standby: bool = False


@dataclass
class Holding:
    holder: tuple
    changes: list  # in their order
    moves: list = field(default_factory=list)
    received: list = field(default_factory=list)
    has_bot: bool = False
    is_waiting: bool = False  # the customer
    is_bot_dead: bool = False  # and events were sent to it in vain
    is_out_of_sight: bool = False  # the customer waits, and nobody would notice


class Periods:
    """The periods between changes of holder."""

    def __init__(self, holding):
        self.first = BOT if holding.has_bot else QUEUE
        self.changes = holding.changes

    def number(self, revision):
        """Return the number of the period in which this revision lies. The revision of a change begins one."""
        return sum(change.revision <= revision for change in self.changes)

    def holder(self, number):
        return self.changes[number - 1].after if number else self.first

    def has_ended(self, number):
        return number < len(self.changes)

    def holder_at(self, moment):
        return self.holder(sum(change.at < moment for change in self.changes))


class HandoversCase:
    """The judgement of one conversation. lost, twice, order, wrong: functions that take a sentence about an error."""

    def __init__(self, holding, rows, *, lost, twice, order, wrong):
        self.holding, self.rows = holding, rows
        self.lost, self.twice, self.order, self.wrong = lost, twice, order, wrong
        self.periods = Periods(holding)
        self.questions = sorted((row for row in rows if row.is_incoming), key=lambda row: row.revision)

    def judge(self):
        self._chain()
        self._moves()
        self._authors()
        if self.holding.has_bot:
            self._misdirected()
            self._order_of_receipt()
            self._missed()
        if self.holding.is_bot_dead and self.holding.is_waiting and self.holding.holder == BOT:
            self.wrong("the customer waits on a dead bot")
        if self.holding.is_out_of_sight:
            self.wrong(f"the customer is in nobody's sight: {_name(self.holding.holder)} has it")

    # Changes

    def _chain(self):
        changes, holder = self.periods.changes, self.periods.first
        for change in changes:
            if change.before != holder:
                self.wrong(f"{_name(holder)} held it, and then it went from {_name(change.before)} ({change.cause})")
            holder = change.after
        if self.holding.holder != holder:
            self.wrong(f"it went to {_name(holder)}, and {_name(self.holding.holder)} holds it")
        for one, other in pairwise(changes):
            if one.at >= other.at:
                self.order(f"“{one.cause}” and “{other.cause}” have no order")

    def _moves(self):
        """Check that each press made one change, in order, and that no other change names an agent."""
        made = [Move(change.cause, change.by, change.after[1]) for change in self.periods.changes if change.by]
        pressed = self.holding.moves
        if made == pressed:
            return
        number = next((n for n, (one, other) in enumerate(zip(made, pressed, strict=False)) if one != other), None)
        number = min(len(made), len(pressed)) if number is None else number
        if len(made) < len(pressed):
            self.lost(f"{pressed[number]} is not in the history")
        elif len(made) > len(pressed):
            self.twice(f"{made[number]} is in the history, and nobody pressed that")
        else:
            self.order(f"{pressed[number]} was pressed, and the history says {made[number]}")

    def _authors(self):
        for row in self.rows:
            holder = self.periods.holder_at(row.place[0])
            if row.author and holder != ("agent", row.author):
                self.wrong(f"{row.author} said “{row.text}” while {_name(holder)} held it")

    # Received by the bot

    def _misdirected(self):
        received = {received.mid for received in self.holding.received if not received.is_standby}
        for row in self.questions:
            holder = self.periods.holder(self.periods.number(row.revision))
            if row.mid in received and holder != BOT:
                self.wrong(f"“{row.text}” was for {_name(holder)}, and the bot received it as its own")

    def _order_of_receipt(self):
        order = {row.mid: (number, row.text) for number, row in enumerate(self.questions)}
        first_received = dict.fromkeys(received.mid for received in self.holding.received if not received.is_standby)
        for (before, earlier), (after, later) in pairwise(order[mid] for mid in first_received if mid in order):
            if after < before:
                self.order(f"the bot received “{later}” after “{earlier}”")

    def _missed(self):
        """Check that the bot received the customer's messages. It may miss the last ones of a period that has ended."""
        received = {received.mid for received in self.holding.received if not received.is_standby}
        missed = {}  # the first that was not received, of each period
        for row in self.questions:
            number = self.periods.number(row.revision)
            if self.periods.holder(number) != BOT:
                continue
            if row.mid not in received:
                missed.setdefault(number, row)
                if not self.periods.has_ended(number):
                    self.lost(f"the bot never received “{row.text}”")
            elif number in missed:
                self.lost(f"the bot was told “{row.text}”, and not “{missed.pop(number).text}” before")


def _name(holder):
    return holder[1] or f"the {holder[0]}"
