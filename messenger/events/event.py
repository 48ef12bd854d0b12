"""The fields of every event. Each type of event reads itself from Facebook's object.

An omitted text is "", an omitted list (), an omitted number 0. Ids are digits as text, times are ms.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """An event of a Page.

    page_id, psid: digits as text, "" if Facebook gave none. at: ms, 0 if it gave none.
    is_standby: another app controls the thread. raw: the event as it came.
    """

    page_id: str
    psid: str
    at: int
    is_standby: bool
    raw: Any = field(repr=False)

    @classmethod
    def read(cls, inner: dict, common: dict[str, Any]) -> "Event | None":
        """Read the object that gives the event its type; return None if it makes no sense. common: the fields above."""
        raise NotImplementedError

    @property
    def channel(self) -> str | None:
        """The list of the entry in which the event came; None for a whole entry."""
        return "standby" if self.is_standby else "messaging"


@dataclass(frozen=True)
class DashboardTest(Event):
    """A sample that the Test button in Facebook's dashboard sends. page_id, psid: ""."""

    field: str
    part_of: str = "changes"  # or messaging, as the samples of some fields

    @property
    def channel(self):
        return "standby" if self.is_standby else self.part_of


@dataclass(frozen=True)
class Unknown(Event):
    """An event that is not understood. It is never an error, and `raw` has all of it."""

    part_of: str | None = "messaging"  # changes, calls; None for a whole entry in which nothing is understood

    @property
    def channel(self):
        return "standby" if self.is_standby else self.part_of


@dataclass(frozen=True)
class OtherObject(Unknown):
    """An entry about an object other than a Page: an Instagram account, a user, permissions."""

    object: str = ""
