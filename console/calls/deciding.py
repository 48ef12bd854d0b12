"""The decision whether an agent is called by some news."""

from agents.preferences import Calls
from console.calls.news import OF_QUEUE


def is_called(news, calls, *, is_holder, is_there, caused_it):
    """Return whether an agent with this choice of calls is called.

    is_there: they have not chosen to be away. caused_it: the news is their own act.
    """
    if caused_it or calls == Calls.NONE:
        return False
    if news in OF_QUEUE:
        return calls == Calls.ALL and is_there
    return is_holder
