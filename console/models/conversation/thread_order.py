"""Where in the thread a message stands: by what the console had seen when it came, and not by two clocks.

A reply stands behind all that was there when it was sent (see `replies.py`), and what Facebook tells behind all that
was there when it came. Only what Facebook calls older stands before what it calls younger, such as a message that is
delivered again after an outage. Facebook's times are compared with each other; with ours only where they are further
apart than two clocks may be.
"""

from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from django.db.models import Max
from django.utils import timezone

CLOCKS_DIFFER = timedelta(minutes=10)  # at most
STEP = timedelta(milliseconds=1)
FEW = 20  # messages from the end, which are nearly always enough


class Entry(NamedTuple):
    at: datetime
    said_at: datetime | None = None  # by Facebook's clock
    is_told: bool = False  # by Facebook, and so it stands in the order of Facebook's times

    def is_younger(self, moment):
        """Surely, than what was said then."""
        return self.said_at > moment if self.said_at else self.at > moment + CLOCKS_DIFFER

    def is_older(self, moment):
        """And so is all before it."""
        return (self.is_told and self.said_at <= moment) or self.at < moment - CLOCKS_DIFFER


def next_moment(conversation):
    """Now, and after all that was said before: a reply stands behind its question, whatever the clocks say."""
    last = conversation.messages.aggregate(last=Max("at"))["last"]
    before = [moment + STEP for moment in (last, conversation.held_since) if moment]
    return max([timezone.now(), *before])


def place(conversation, said_at, moved=None):
    """The `at` of a message that comes now and was said at this time of Facebook's clock.

    moved: that message, where it stands in the thread already, at the time of its edit.
    """
    entries = _end_of_thread(conversation.messages.exclude(pk=moved and moved.pk), conversation, said_at)
    younger = [number for number, entry in enumerate(entries) if entry.is_younger(said_at)]
    if not younger:
        return max(said_at, entries[0].at + STEP) if entries else said_at
    after = entries[younger[-1]].at
    rest = entries[younger[-1] + 1 :]
    before = rest[0].at if rest else min(said_at, after) - 2 * STEP
    return said_at if before < said_at < after else before + (after - before) / 2


def _end_of_thread(others, conversation, said_at):
    """Newest first: all down to the first that is surely older."""
    messages = []
    for entry in _messages(others):
        messages.append(entry)
        if entry.is_older(said_at):
            break
    oldest = messages[-1].at if messages else None
    handovers = map(Entry, _handovers_after(conversation, oldest))
    return sorted([*messages, *handovers], key=lambda entry: entry.at, reverse=True)


def _messages(others):
    rows = others.in_order().reverse().values_list("at", "sent_at", "is_incoming", "attempted_at")
    for at, sent_at, is_incoming, attempted_at in chain(rows[:FEW], _lazily(rows)):
        said_at = sent_at or (at if is_incoming else None)  # older rows have their Facebook's time as their place
        yield Entry(at, said_at, is_told=said_at is not None and attempted_at is None)


def _lazily(rows):
    yield from rows[FEW:]


def _handovers_after(conversation, moment):
    if conversation.held_since is None or (moment and conversation.held_since <= moment):
        return []
    later = conversation.handovers.filter(at__gt=moment) if moment else conversation.handovers.all()
    return later.values_list("at", flat=True)
