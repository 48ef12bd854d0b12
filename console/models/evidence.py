"""What Facebook's history says about a call that got no answer.

It tells the newest 20 messages of a conversation, and no metadata: so ours is one from the Page that we do not know
yet, of the same words, from after the call. https://developers.facebook.com/docs/messenger-platform/conversations
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from messenger.calls.history import NEWEST

CLOCKS = timedelta(seconds=30)  # so far Facebook's clock, which tells whole seconds, and ours may be apart


@dataclass(frozen=True)
class Evidence:
    """mid: of the message if Facebook has it. shows_absence: whether it would have told, had it been there."""

    mid: str | None = None
    shows_absence: bool = False

    @classmethod
    def find(cls, message):
        """Ask Facebook. Raises GraphError when it does not tell."""
        since = (message.attempted_at or message.at) - CLOCKS
        told = message.page.client().newest_messages(message.conversation.customer.psid)
        recent = [row for row in told if _moment(row) >= since]
        unknown = _unknown_to_us(message, [row for row in recent if _is_from_page(row, message.page)])
        mid = next((row["id"] for row in reversed(unknown) if _says(row, message)), None)
        reaches_back = len(recent) < len(told) or 0 < len(told) < NEWEST
        return cls(mid, shows_absence=mid is None and reaches_back)


def _unknown_to_us(message, rows):
    known = message.conversation.messages.filter(mid__in=[row["id"] for row in rows]).values_list("mid", flat=True)
    return [row for row in rows if row["id"] not in set(known)]


def _is_from_page(row, page):
    return str((row.get("from") or {}).get("id")) == page.page_id


def _says(row, message):
    return (row.get("message") or "").split() == message.text.split()


def _moment(row):
    try:
        return datetime.strptime(row.get("created_time") or "", "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return timezone.now()  # of no known time: then it may be this one
