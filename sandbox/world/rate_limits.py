"""Rate limits and the headers that report usage. They are off until a test switches them on.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

import json
import math
from collections import deque
from dataclasses import dataclass, field

from .. import errors
from .clock import Clock
from .models import Grant


@dataclass
class Limit:
    """A limit of `calls` in any `per_s` seconds. Refused calls do not count."""

    calls: int
    per_s: float = 3600
    _times: dict[str, deque[int]] = field(default_factory=dict)

    def used(self, key: str, now: int) -> int:
        times = self._times.setdefault(key, deque())
        while times and times[0] <= now - self.per_s * 1000:
            times.popleft()
        return len(times)

    def record(self, key: str, now: int):
        self._times.setdefault(key, deque()).append(now)

    def percent(self, key: str, now: int) -> int:
        return self.used(key, now) * 100 // self.calls

    def minutes_left(self, key: str, now: int) -> int:
        """Return the minutes until another call is allowed."""
        if self.used(key, now) < self.calls:
            return 0
        return math.ceil((self._times[key][0] + self.per_s * 1000 - now) / 60_000)


class RateLimits:
    """Limits of an app, of a Page (its business use case) and of single edges of a Page.

    `usage` overrides the percentages and minutes in the headers: {app?, page?, minutes?}.
    """

    def __init__(self, clock: Clock):
        self.clock = clock
        self.set()

    def set(self, app: Limit | None = None, page: Limit | None = None, edges: dict | None = None, usage=None):
        self.app, self.page, self.edges, self.usage = app, page, edges or {}, usage or {}

    def check(self, grant: Grant, edge: str):
        """Count the call, or refuse it."""
        now, used = self.clock.now(), []
        for limit, key, error in self._limits(grant, edge):
            if limit.used(key, now) >= limit.calls:
                raise error()
            used.append((limit, key))
        for limit, key in used:
            limit.record(key, now)

    def headers(self, grant: Grant | None) -> dict[str, str]:
        headers = {}
        if grant and (self.app or "app" in self.usage):
            percent = self.usage.get("app", self._percent(self.app, grant.app.id))
            headers["X-App-Usage"] = _json(call_count=percent, total_time=percent, total_cputime=percent)
        if grant and grant.page and (self.page or "page" in self.usage):
            headers["X-Business-Use-Case-Usage"] = json.dumps({grant.page.id: [self._use_case(grant.page.id)]})
        return headers

    def _limits(self, grant: Grant, edge: str):
        if self.app:
            yield self.app, grant.app.id, errors.APP_LIMIT
        if self.page and grant.page:
            yield self.page, grant.page.id, errors.PAGE_LIMIT
        if grant.page and edge in self.edges:
            yield self.edges[edge], grant.page.id, errors.EDGE_LIMIT

    def _percent(self, limit: Limit | None, key: str) -> int:
        return limit.percent(key, self.clock.now()) if limit else 0

    def _use_case(self, page_id: str) -> dict:
        percent = self.usage.get("page", self._percent(self.page, page_id))
        left = self.page.minutes_left(page_id, self.clock.now()) if self.page else 0
        return {
            "type": "messenger",
            "call_count": percent,
            "total_cputime": percent,
            "total_time": percent,
            "estimated_time_to_regain_access": self.usage.get("minutes", left),
        }


def _json(**facts: int) -> str:
    return json.dumps(facts)
