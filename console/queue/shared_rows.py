"""Rows of the queue that many requests share, after a restart for instance, when all browsers ask at once.

A browser that asks has had a hello, and has got every change since then by its live stream. So rows that were read
after that hello are as good as new ones: the browser adds the changes since then.
"""

import threading
import time
from datetime import timedelta

from django.utils.translation import get_language

from console.queue.row_html import row_html

LONGEST = timedelta(seconds=2)  # for which rows are shared

_known = {}
_locks = [threading.Lock() for _number in range(16)]


class SharedRows:
    """Rows as they were after a moment, and whether there are more."""

    def __init__(self, at, rows, has_more):
        self.at, self.rows, self.has_more = at, rows, has_more
        self._html = {}

    def html(self, row, section, is_current, place):
        """Return the row as HTML. The row stays as it was read, so only the minute changes its HTML."""
        key = (row.pk, section, is_current, time.time() // 60, get_language())
        if key not in self._html:
            self._html[key] = row_html(row, section, is_current, place=place)
        return self._html[key]


def shared_rows(key, read, after, now):
    """Return the rows under this key that were read after a moment, or read them now.

    read: returns the rows, and whether there are more. Moments are those of the database's clock.
    """
    with _locks[hash(key) % len(_locks)]:
        known = _known.get(key)
        if known is None or known.at < max(after, now - LONGEST):
            _forget(before=now - LONGEST)
            known = _known[key] = SharedRows(now, *read())
        return known


def _forget(before):
    for key, known in list(_known.items()):
        if known.at < before:
            _known.pop(key, None)
