"""Pagination with cursors."""

from collections.abc import Callable

from .. import errors
from .call import Call

USUAL_LIMIT = 25
LIMIT = 100


def page(call: Call, rows: list, number: Callable, show: Callable, limit: int = USUAL_LIMIT) -> dict:
    """Return one page of the rows, in the order of their `number`, which is their cursor.

    The page after the last is empty and has no cursors: some clients always request it. `next` and `previous` are
    present exactly when there is such a page.
    """
    limit = call.number("limit", limit, LIMIT)
    after, before = _cursor(call, "after"), _cursor(call, "before")
    matching = [r for r in rows if (after is None or number(r) > after) and (before is None or number(r) < before)]
    shown = matching[-limit:] if before is not None and after is None else matching[:limit]
    if not shown:
        return {"data": []}
    first, last = number(shown[0]), number(shown[-1])
    paging = {"cursors": {"before": str(first), "after": str(last)}}
    if any(number(row) > last for row in rows):
        paging["next"] = call.url(limit=limit, after=last)
    if any(number(row) < first for row in rows):
        paging["previous"] = call.url(limit=limit, before=first)
    return {"data": [show(row) for row in shown], "paging": paging}


def _cursor(call: Call, name: str) -> int | None:
    cursor = call.get(name)
    if cursor in (None, ""):
        return None
    try:
        return int(cursor)
    except (TypeError, ValueError):
        raise errors.PARAM_INVALID() from None
