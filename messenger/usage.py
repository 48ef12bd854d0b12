"""The use of Facebook's rate limits, read from the headers of an answer.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HEADERS = ("X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage")
FIGURES = ("call_count", "total_time", "total_cputime")  # percent of the limit each
REGAINED = "estimated_time_to_regain_access"  # minutes
NEAR = 80  # percent from which on Facebook wants fewer calls; calling while it refuses makes it refuse for longer


@dataclass(frozen=True)
class Usage:
    """The use of rate limits.

    percent: the highest figure of any limit; 0 if Facebook sent none, as it does while use is low.
    minutes: until calls are accepted again; 0 while they are.
    """

    percent: float = 0
    minutes: int = 0

    @property
    def is_near_limit(self):
        """Return whether the caller should make fewer calls: 80 % of a limit or more."""
        return self.percent >= NEAR or self.minutes > 0

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> "Usage":
        """Read the headers of an answer. Headers that cannot be read are ignored."""
        reports = [report for name in HEADERS for report in _reports(headers.get(name))]
        return cls(
            percent=max((_number(report.get(figure)) for report in reports for figure in FIGURES), default=0),
            minutes=math.ceil(max((_number(report.get(REGAINED)) for report in reports), default=0)),
        )


def _reports(header):
    """Return all reports of a header. Those of the app and the Page have one, that of business use cases many by id."""
    try:
        parsed = json.loads(header or "{}")
    except (ValueError, TypeError, RecursionError):
        return []
    if not isinstance(parsed, dict):
        return []
    listed = [report for reports in parsed.values() if isinstance(reports, list) for report in reports]
    return [report for report in [parsed, *listed] if isinstance(report, dict)]


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and 0 < value < math.inf else 0
