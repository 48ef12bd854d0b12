"""Numbers of conversations in the sections of the queue, counted once for all agents of a process.

They are counted from the rows, not kept in counters, which cost more than they bring. With 10,000 open conversations a
count takes 5 ms, at most once a second for each process; with 100,000, 29 ms. Triggers that insert the difference for
each change of place, so that nothing waits for a row, make such a change 60 µs slower or more, and a message, which
changes no place, about 20 µs. At a thousand messages a second and a hundred changes of place, that is 26 ms of each
second. And a count is right whatever happened before it.
"""

import threading
import time
from collections import Counter
from functools import cache
from types import SimpleNamespace

from console.infrastructure import clock
from console.models import Conversation, Mention
from console.queue.sections import MENTIONS, NOBODY, section_of

SHARED = 1  # s for which all requests use the same count, or longer …
SHARE = 20  # counting takes at most one part in so many of the time
SOMEBODY = -1  # in place of the key of any agent

_counting = threading.Lock()
_last = None


class QueueCounts:
    """The numbers of open conversations by Page, holder, team and agent, as they were at one moment."""

    def __init__(self):
        self._began_at, self.at = time.monotonic(), clock.now()
        self._by_place, self._by_agent = Counter(), Counter()
        for page, holder, team, agent, is_snoozed, count in Conversation.objects.count_by_holder():
            self._by_place[page, holder, team, agent and SOMEBODY] += count
            self._by_agent[page, agent, is_snoozed] += count
        self._mentions = {(page, agent): count for page, agent, count in Mention.objects.count_by_agent()}
        self._of_others = cache(self._of_others)
        self._took = self.age

    def of(self, pages, agent_id, teams):
        """Return {section: number} for an agent who may see the Pages with these keys."""
        mentions = sum(self._mentions.get((page, agent_id), 0) for page in pages)
        mine = sum(self._by_agent[page, agent_id, False] for page in pages)
        snoozed = sum(self._by_agent[page, agent_id, True] for page in pages)
        waiting, others = self._of_others(frozenset(pages), teams)
        others -= mine + snoozed
        return {MENTIONS: mentions, "mine": mine, "waiting": waiting, "others": others, "snoozed": snoozed}

    def _of_others(self, pages, teams):
        """Return the numbers of Waiting and Others for agents who hold nothing."""
        numbers = Counter()
        for (page, holder, team, agent), count in self._by_place.items():
            row = SimpleNamespace(closed_at=None, holder=holder, team_id=team, agent_id=agent, is_snoozed=False)
            numbers[section_of(row, NOBODY, teams)] += count if page in pages else 0
        return numbers["waiting"], numbers["others"]

    @property
    def age(self):
        return time.monotonic() - self._began_at

    @property
    def is_fresh(self):
        return self.age < SHARED * max(1, SHARE * self._took)


def shared_counts():
    """Return counts that are hardly more than a second old."""
    global _last
    with _counting:
        if _last is None or not _last.is_fresh:
            _last = QueueCounts()
        return _last


def new_counts():
    global _last
    _last = QueueCounts()
    return _last
