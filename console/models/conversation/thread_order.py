"""The place of a message in the thread: by what was there when it came, and not by two clocks.

A reply stands behind all entries that were there when it was sent, and a message from Facebook behind all that were
there when it came. Only a message that Facebook calls older stands before a younger one, for example when it is
delivered again after an outage. Facebook's times are compared with each other, and with ours only if they are further
apart than two clocks may be.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.utils import timezone

CLOCKS_DIFFER = timedelta(minutes=10)  # at most
STEP = timedelta(milliseconds=1)
FEW = 20  # messages of the end of a thread, which are nearly always enough


LAST = """
SELECT greatest((SELECT max(at) FROM console_message WHERE conversation_id = %(pk)s),
                (SELECT max(at) FROM console_handover WHERE conversation_id = %(pk)s))
"""


class Entry(NamedTuple):
    at: datetime
    said_at: datetime | None = None  # by Facebook's clock
    is_from_facebook: bool = False  # so its place follows Facebook's times
    pk: int | None = None  # of the message

    @classmethod
    def of(cls, at, pk, sent_at, is_incoming, attempted_at):
        """Return the entry of a message with these columns."""
        said_at = sent_at or (at if is_incoming else None)  # older rows have Facebook's time as their place
        return cls(at, said_at, said_at is not None and attempted_at is None, pk)

    @classmethod
    def of_message(cls, message):
        return cls.of(message.at, message.pk, message.sent_at, message.is_incoming, message.attempted_at)

    def is_younger(self, moment):
        """Return whether the message was certainly said after this moment."""
        return self.said_at > moment if self.said_at else self.at > moment + CLOCKS_DIFFER

    def is_older(self, moment):
        """Return whether the message, and so everything before it, was certainly said before this moment."""
        return (self.is_from_facebook and self.said_at <= moment) or self.at < moment - CLOCKS_DIFFER


def moment_of(ms):
    """Return the moment of a time of Facebook's; the current one if it gave none."""
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else timezone.now()


def next_moment(conversation):
    """Return the current moment, or a later one after all of the thread: a reply stands behind its question."""
    conversation.flush()
    with connection.cursor() as cursor:
        cursor.execute(LAST, {"pk": conversation.pk})
        [last] = cursor.fetchone()
    return max(timezone.now(), last + STEP) if last else timezone.now()


def place(conversation, said_at, moved=None):
    """Return the `at` of a message that comes now and was said at this time of Facebook's clock.

    moved: the message itself, if it already stands in the thread at the time of its edit.
    """
    entries = _end_of_thread(conversation.thread, said_at, moved)
    younger = [number for number, entry in enumerate(entries) if entry.is_younger(said_at)]
    if not younger:
        return max(said_at, entries[0].at + STEP) if entries else said_at
    after = entries[younger[-1]].at
    rest = entries[younger[-1] + 1 :]
    before = rest[0].at if rest else min(said_at, after) - 2 * STEP
    return said_at if before < said_at < after else before + (after - before) / 2


def _end_of_thread(thread, said_at, moved):
    """Return the entries down to the first that is certainly older, the newest first."""
    messages = []
    for entry in thread.newest():
        if moved is None or entry.pk != moved.pk:
            messages.append(entry)
            if entry.is_older(said_at):
                break
    oldest = messages[-1].at if messages else None
    handovers = [Entry(at) for at in thread.handovers if oldest is None or at > oldest]
    return sorted([*messages, *handovers], key=lambda entry: entry.at, reverse=True)
