"""Rate limits and the headers that tell of them: off, until switched on.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

from __future__ import annotations

import json
import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import errors
from .clock import Clock

if TYPE_CHECKING:
    from .tokens import Grant


@dataclass
class Limit:
    """`calls` in any stretch of `per_s` seconds. Those refused do not count."""

    calls: int
    per_s: float = 3600
    _times: dict[str, deque[int]] = field(default_factory=dict)

    def used(self, whose: str, now: int) -> int:
        times = self._times.setdefault(whose, deque())
        while times and times[0] <= now - self.per_s * 1000:
            times.popleft()
        return len(times)

    def note(self, whose: str, now: int):
        self._times.setdefault(whose, deque()).append(now)

    def percent(self, whose: str, now: int) -> int:
        return self.used(whose, now) * 100 // self.calls

    def minutes_left(self, whose: str, now: int) -> int:
        """Until another call is let through."""
        if self.used(whose, now) < self.calls:
            return 0
        return math.ceil((self._times[whose][0] + self.per_s * 1000 - now) / 60_000)


class Limits:
    """Of an app, of a Page (its business use case) and of single edges of a Page. `usage` overrides what the headers
    say: {app?, page?, minutes?}, percents."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.set()

    def set(self, app: Limit | None = None, page: Limit | None = None, edges: dict | None = None, usage=None):
        self.app, self.page, self.edges, self.usage = app, page, edges or {}, usage or {}

    def check(self, grant: Grant, edge: str):
        """Count the call, or refuse it."""
        now, used = self.clock.now(), []
        for limit, whose, refusal in self._limits(grant, edge):
            if limit.used(whose, now) >= limit.calls:
                raise refusal()
            used.append((limit, whose))
        for limit, whose in used:
            limit.note(whose, now)

    def headers(self, grant: Grant | None) -> dict[str, str]:
        headers = {}
        if grant and (self.app or "app" in self.usage):
            percent = self.usage.get("app", self._percent(self.app, grant.app.id))
            headers["X-App-Usage"] = _written(call_count=percent, total_time=percent, total_cputime=percent)
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

    def _percent(self, limit: Limit | None, whose: str) -> int:
        return limit.percent(whose, self.clock.now()) if limit else 0

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


def _written(**facts: int) -> str:
    return json.dumps(facts)
