"""The decision whether an agent is called by some news: the one for open desks and for devices."""

from datetime import time
from typing import NamedTuple

from agents.preferences import Calls
from console.calls.news import OF_QUEUE, OF_TEAM


class CallChoices(NamedTuple):
    """Choices of an agent: by which news they are called, and when not.

    silent: news that does not call. The quiet hours may go over midnight; an agent without both has none.
    """

    calls: str
    silent: frozenset = frozenset()
    quiet_from: time | None = None
    quiet_until: time | None = None


def is_called(news, choices, clock, *, is_concerned, is_there, caused_it):
    """Return whether an agent with these choices is called.

    clock: the agent's. is_concerned: the news is for this agent. is_there: they have not chosen to be away.
    caused_it: the news is their own act.
    """
    if caused_it or choices.calls == Calls.NONE or news in choices.silent or is_quiet(choices, clock):
        return False
    if news in OF_TEAM:
        return is_there and (news not in OF_QUEUE or choices.calls == Calls.ALL)
    return is_concerned


def is_quiet(choices, clock):
    """Return whether the clock shows a time in the quiet hours."""
    begin, end = choices.quiet_from, choices.quiet_until
    if begin is None or end is None:
        return False
    return begin <= clock < end if begin <= end else clock >= begin or clock < end
