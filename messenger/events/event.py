"""What every event has. Each type knows how to read itself from what Facebook sent.

Text that Facebook left out is "", a list that it left out is (), a number 0. Ids are digits as text, times are ms.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """page_id, psid: digits as text, "" where Facebook gave none. at: ms, 0 where it gave none.
    is_standby: another app holds the thread. raw: the event as it came."""

    page_id: str
    psid: str
    at: int
    is_standby: bool
    raw: Any = field(repr=False)

    @classmethod
    def read(cls, inner: dict, common: dict) -> "Event | None":
        """From the object that gives the event its kind, and the fields above; None for what makes no sense."""
        raise NotImplementedError

    @property
    def channel(self) -> str | None:
        """The list of its entry in which it stands."""
        return "standby" if self.is_standby else "messaging"


@dataclass(frozen=True)
class DashboardTest(Event):
    """Facebook's own sample, sent by the Test button beside a webhook field. It is about no Page and no person."""

    field: str
    part_of: str = "changes"  # or messaging, as the samples of some fields

    @property
    def channel(self):
        return "standby" if self.is_standby else self.part_of


@dataclass(frozen=True)
class Unknown(Event):
    """Kept and counted, never an error."""

    part_of: str | None = "messaging"  # changes, calls; None for a whole entry in which nothing is understood

    @property
    def channel(self):
        return "standby" if self.is_standby else self.part_of


@dataclass(frozen=True)
class OtherObject(Unknown):
    """An entry about something that is no Page: an Instagram account, a user, permissions."""

    object: str = ""
