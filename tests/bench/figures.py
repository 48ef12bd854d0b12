"""The figures of all measures, as rows of one table or as JSON."""

import math
import statistics
from dataclasses import asdict, dataclass, field

HEADINGS = ("measure", "p50 ms", "p95 ms", "p99 ms", "rate", "limit", "ratio", "target", "ok")


REFERENCE = 1500  # answers a second of the bare view (bare.py) on the machine for which the targets are


@dataclass
class Machine:
    """The machine, by the answers a second of its bare view. Targets are scaled by its factor."""

    bare: float

    @property
    def factor(self):
        return self.bare / REFERENCE

    def at_least(self, rate, target):
        """Return the target of a rate on this machine in words, and whether the rate reaches it."""
        scaled = target * self.factor
        return f"≥ {scaled:.0f}/s here ({target}/s)", rate >= scaled

    def at_most(self, ms):
        """Return the target of a time on this machine."""
        return ms / self.factor

    def __str__(self):
        return f"bare view {self.bare:.0f}/s, factor {self.factor:.2f}"


@dataclass
class Row:
    """One figure: latencies in milliseconds, and a rate in `unit`.

    limit: the highest rate of this machine, measured in the same run. is_met: whether the figure reached its target;
    None if it has no target.
    """

    name: str
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    rate: float | None = None
    unit: str = "/s"
    limit: float | None = None
    ratio: float | None = None
    target: str = ""
    is_met: bool | None = None
    queries: int | None = None
    notes: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, name, seconds, **more):
        """Return a row of these latencies."""
        p50, p95, p99 = (percentile(seconds, part) * 1000 for part in (50, 95, 99))
        return cls(name, p50=p50, p95=p95, p99=p99, **more)


def percentile(numbers, part):
    """Return the smallest number that `part` percent of them do not exceed; infinity if there are no numbers."""
    ranked = sorted(numbers)
    return ranked[max(math.ceil(len(ranked) * part / 100) - 1, 0)] if ranked else math.inf


def median(numbers):
    return statistics.median(numbers)


def table(rows):
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    lines = [
        "  ".join(_padded(cell, width, column) for column, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in cells
    ]
    notes = [f"{row.name}: {note}" for row in rows for note in row.notes]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], *([""] if notes else []), *notes])


def as_json(rows):
    return [{name: _finite(value) for name, value in asdict(row).items()} for row in rows]


def _finite(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _padded(cell, width, column):
    return cell.ljust(width) if column in (0, len(HEADINGS) - 2) else cell.rjust(width)


def _cells(row):
    met = {True: "yes", False: "NO", None: ""}[row.is_met]
    with_unit = [_number(row.rate, row.unit), _number(row.limit, row.unit)]
    return (row.name, *map(_number, (row.p50, row.p95, row.p99)), *with_unit, _ratio(row.ratio), row.target, met)


def _number(value, unit=""):
    if value is None:
        return ""
    return f"{value:.1f}{unit}" if abs(value) < 100 else f"{value:.0f}{unit}"


def _ratio(value):
    return "" if value is None else f"{value:.2f}"
