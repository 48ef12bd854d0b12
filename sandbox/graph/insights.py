"""Page insights, settings for natural language processing, and app events.

https://developers.facebook.com/docs/platforminsights/page
"""

import re
import time

from .. import errors
from ..world.models import Page
from .call import Call

METRIC = re.compile(r"^page_\w+$")
DAY_S = 24 * 3600
DAYS_LIMIT = 90
NLP = ("nlp_enabled", "model", "custom_token", "verbose", "n_best", "other_language_support")
DONE = {"success": True}


async def show(call: Call, page: Page) -> dict:
    metrics = call.need_list("metric")
    if not all(METRIC.match(metric) for metric in metrics):
        raise errors.METRIC_UNKNOWN()
    return {"data": [_row(call, page, metric) for metric in metrics]}


async def set_nlp(call: Call, page: Page) -> dict:
    """Store the settings. Messages carry no `nlp` all the same."""
    page.nlp |= {name: call.get(name) for name in NLP if call.get(name) is not None}
    return DONE


async def log_events(call: Call) -> dict:
    if call.segments[0] not in call.world.apps:
        raise errors.OBJECT_UNKNOWN(method="post", id=call.segments[0])
    return DONE


def _row(call: Call, page: Page, metric: str) -> dict:
    words = metric.removeprefix("page_").replace("_", " ")
    *earlier, last = _days(call)
    values = [{"value": 0, "end_time": _time(day)} for day in earlier]
    return {
        "name": metric,
        "period": "day",
        "values": [*values, {"value": _count(call, page, metric), "end_time": _time(last)}],
        "title": f"Daily {words}",
        "description": f"Daily: {words}",
        "id": f"{page.id}/insights/{metric}/day",
    }


def _days(call: Call) -> list[int]:
    """Return the ends of the days from `since` to `until`, in seconds; of the last two days by default."""
    now = call.world.clock.now() // 1000
    until = _seconds(call, "until", now)
    since = _seconds(call, "since", until - 2 * DAY_S)
    count = min(max((until - since) // DAY_S, 1), DAYS_LIMIT)
    return [until - DAY_S * left for left in reversed(range(count))]


def _seconds(call: Call, name: str, default: int) -> int:
    """Read a time written as a number or as a date."""
    value = str(call.get(name, default))
    if value.isdecimal():
        return int(value)
    try:
        return int(time.mktime(time.strptime(value[:10], "%Y-%m-%d")))
    except ValueError:
        raise errors.PARAM_INVALID() from None


def _count(call: Call, page: Page, metric: str) -> int:
    customers = [customer for customer in call.world.customers.values() if customer.page is page]
    if "blocked" in metric:
        return sum(customer.is_blocking for customer in customers)
    is_known = "conversations" in metric or "connections" in metric
    return sum(bool(c.thread) for c in customers) if is_known and "reported" not in metric else 0


def _time(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(seconds))
