"""Faults: errors, delays and cut connections on request."""

import secrets
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from .. import errors

_random = secrets.SystemRandom()


@dataclass
class Fault:
    """One rule: the calls that it matches, and the effect on them.

    `path` is a part of the path or an fnmatch pattern for all of it (`*/messages`), compared with the path without
    version prefix and last slash (`/me/messages`). `body` is a part of the raw body. `times` is the number of calls
    to fail, None for all; `rate` (0..1) is the probability for each. `drop` cuts the connection "before" or "after"
    the call takes effect, without an error. A fault with nothing but a delay answers no error either.
    """

    id: int
    method: str | None = None
    path: str | None = None
    body: str | None = None
    times: int | None = None
    rate: float = 1.0
    status: int | None = None
    error: dict | None = None
    delay_s: float = 0
    drop: str | None = None

    def matches(self, method: str, path: str, body: str) -> bool:
        return (
            (self.method is None or self.method.upper() == method)
            and (self.path is None or self.path in path or fnmatchcase(path, self.path))
            and (self.body is None or self.body in body)
            and _random.random() < self.rate
        )

    def is_error(self) -> bool:
        if self.drop:
            return False
        return self.error is not None or self.status is not None or not self.delay_s

    def to_error(self) -> errors.GraphError:
        """Merge `error` into Facebook's "retry later" body; an error with a code of its own is not transient."""
        graph_error = errors.UNEXPECTED()
        error = graph_error.body["error"]
        if "code" in (self.error or {}):
            del error["is_transient"]
        error.update(self.error or {})
        graph_error.status = self.status or graph_error.status
        return graph_error


@dataclass
class Faults:
    _rules: list[Fault] = field(default_factory=list)
    _last_id: int = 0

    def __len__(self) -> int:
        return len(self._rules)

    def add(self, **rule) -> Fault:
        self._last_id += 1
        self._rules.append(Fault(self._last_id, **rule))
        return self._rules[-1]

    def clear(self):
        self._rules.clear()

    def match(self, method: str, path: str, body: str) -> Fault | None:
        """Return the first rule that matches this call, and count the use."""
        fault = next((rule for rule in self._rules if rule.matches(method, path, body)), None)
        if fault and fault.times is not None:
            self._count_down(fault)
        return fault

    def _count_down(self, fault: Fault):
        fault.times -= 1
        if fault.times <= 0:
            self._rules.remove(fault)
