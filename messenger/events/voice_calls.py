"""Voice calls of customers. They come in `calls`, a list beside `messaging`.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/calling/webhooks
"""

from dataclasses import dataclass

from .coerce import to_id, to_ms, to_number, to_text
from .event import Event
from .parts import Attachment

FROM_CUSTOMER = "user_initiated"
LONGEST_RING = 65_000  # ms: an unanswered call ends after 60 s, so a longer one was answered elsewhere


@dataclass(frozen=True)
class MissedCall(Event):
    """A call to the Page that ended and that, as far as Facebook's events show, nobody accepted."""

    mid: str  # the id of the call, which is unique among messages too

    attachments = (Attachment("missed_call", "", ""),)

    @property
    def channel(self):
        return "calls"

    @classmethod
    def read(cls, inner, common):
        """Return None for any other event of a call.

        `timestamp` is the start of the ringing; `common["at"]` is the time of the entry, the end.
        """
        mid, rang_at = to_text(inner.get("id")), to_ms(inner.get("timestamp"))
        if not mid or not rang_at or inner.get("event") != "terminate" or inner.get("call_direction") != FROM_CUSTOMER:
            return None
        if to_number(inner.get("duration")) > 0 or common["at"] - rang_at > LONGEST_RING:
            return None
        return cls(**common | {"psid": to_id(inner.get("from")), "at": rang_at}, mid=mid)
