"""The numbers of conversations in saved views, all and unread, counted for all agents of a process together.

They are counted from the rows, not kept in counters. A counter would have to be right for each view and Page after each
change of a conversation, its labels, its customer and their fields, and also when time alone makes a row match. A count
is always right when it is made; it is made again after changes, and takes at most a small part of the time.

The cost of a count is bounded, however many agents, views and conversations there are. A count stops at a number that
says "many", views with equal conditions for the same Pages are counted once, and one statement counts so many of them,
those first whose last count is the oldest.
"""

import time
from typing import NamedTuple

from django.db import connection

from console.saved_views.conditions import matching

MOST = 999  # a number; more is "999+"
AT_ONCE = 100  # numbers in one statement
SHOWN_FOR, KEPT_FOR = 60, 3600  # s, for which a page shows the last count; and the stream, with thousands of views

PART = "SELECT {place}, count(*), count(*) FILTER (WHERE unread > 0) FROM ({rows}) AS found"

_known = {}  # the last counts of this process


class Count(NamedTuple):
    """The numbers of all and of unread conversations that a view finds on some Pages."""

    at: float
    total: int
    unread: int

    @property
    def total_text(self):
        return _text(self.total)

    @property
    def unread_text(self):
        """Return the number in words for a browser, which shows no unread messages as nothing."""
        return _text(self.unread) if self.unread else ""


NOTHING = Count(0, 0, 0)


def shown_count(view, pages):
    """Return the last count for these Pages, or None. No page waits for a count: the stream brings it."""
    found = count_of(view, pages)
    return found if found is NOTHING or (found and time.monotonic() - found.at < SHOWN_FOR) else None


def count_of(view, pages):
    return _known.get(_key(view, pages)) if pages else NOTHING


def count(wanted):
    """Count again those of the pairs of a view and the keys of Pages that were counted first, or not yet."""
    by_key = {_key(view, pages): (view, pages) for view, pages in wanted if pages}
    keys = sorted(by_key, key=lambda key: (_known.get(key) or NOTHING).at)[:AT_ONCE]
    _forget(before=time.monotonic() - KEPT_FOR)
    _known.update(zip(keys, _count([_rows(*by_key[key]) for key in keys]), strict=True))


def _key(view, pages):
    return view.conditions, frozenset(pages)


def _rows(view, pages):
    return matching(view).filter(page__in=[*pages])


def _count(parts):
    """Count what each of these querysets finds. Where many stop the count, the unread ones are counted apart."""
    at, found = time.monotonic(), _numbers(parts)
    cut = [place for place, (total, _unread) in enumerate(found) if total > MOST]
    unread = [number for number, _same in _numbers([parts[place].filter(unread__gt=0) for place in cut])]
    unread_of = dict(zip(cut, unread, strict=True))
    return [Count(at, total, unread_of.get(place, some)) for place, (total, some) in enumerate(found)]


def _numbers(parts):
    """Return the numbers of all and of unread rows of each queryset, by one statement. Each stops at many."""
    if not parts:
        return []
    limited = [part.order_by().values("unread")[: MOST + 1].query.sql_with_params() for part in parts]
    sql = " UNION ALL ".join(PART.format(place=place, rows=rows) for place, (rows, _given) in enumerate(limited))
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} ORDER BY 1", [one for _rows, given in limited for one in given])
        return [numbers for _place, *numbers in cursor.fetchall()]


def _text(number):
    return f"{MOST}+" if number > MOST else str(number)


def _forget(before):
    for key, found in list(_known.items()):
        if found.at < before:
            _known.pop(key, None)
