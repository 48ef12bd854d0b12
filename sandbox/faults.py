"""Making Facebook misbehave, on request."""

import secrets
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from . import errors

_random = secrets.SystemRandom()


@dataclass
class Fault:
    """One rule: which calls it hits, and what becomes of them.

    `path` is a part of the path or an fnmatch pattern for the whole of it (`*/messages`), compared with the path
    without version prefix and last slash (`/me/messages`). `body` is a part of the raw body. `times` is how many
    calls it hits, None for all; `rate` (0..1) how often it does. `drop` cuts the connection "before" the call takes
    effect or "after", and then there is no error to answer; nor is there for a fault with nothing but a delay.
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

    def refuses(self) -> bool:
        if self.drop:
            return False
        return self.error is not None or self.status is not None or not self.delay_s

    def refusal(self) -> errors.Refused:
        """`error` merged into Facebook's "retry later" body; one with a code of its own is not called transient."""
        refused = errors.UNEXPECTED()
        error = refused.body["error"]
        if "code" in (self.error or {}):
            del error["is_transient"]
        error.update(self.error or {})
        refused.status = self.status or refused.status
        return refused


@dataclass
class Faults:
    _rules: list[Fault] = field(default_factory=list)
    _made: int = 0

    def __len__(self) -> int:
        return len(self._rules)

    def add(self, **rule) -> Fault:
        self._made += 1
        self._rules.append(Fault(self._made, **rule))
        return self._rules[-1]

    def clear(self):
        self._rules.clear()

    def hit(self, method: str, path: str, body: str) -> Fault | None:
        """The first rule that matches this call, counted as used."""
        fault = next((rule for rule in self._rules if rule.matches(method, path, body)), None)
        if fault and fault.times is not None:
            self._use_up(fault)
        return fault

    def _use_up(self, fault: Fault):
        fault.times -= 1
        if fault.times <= 0:
            self._rules.remove(fault)
