"""Search Facebook's history of a conversation for a message whose call got no answer.

The history has the newest 20 messages of a conversation, and no metadata. Our message is one from the Page that we do
not know yet, from after the call, with the same words, or with a file of the same kind and size. Facebook may store
pictures, films and sounds in another size than we sent: a file of another size may be ours, and then nothing is
certain. https://developers.facebook.com/docs/messenger-platform/conversations
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from messenger.calls.history import NEWEST

CLOCKS = timedelta(seconds=30)  # by which Facebook's clock, which has whole seconds, and ours may differ


@dataclass(frozen=True)
class Finding:
    mid: str | None = None  # of our message, if the history has it
    shows_absence: bool = False  # the history would have it if Facebook had it


NOTHING = Finding()


def search(message):
    """Ask Facebook for the history; return the finding. Raises GraphError if Facebook does not give it."""
    since = (message.attempted_at or message.at) - CLOCKS
    rows = message.page.client().newest_messages(message.conversation.customer.psid)
    known = message.conversation.messages.filter(mid__in=[row["id"] for row in rows])
    recent = [row for row in rows if _moment(row) >= since]
    unknown = _without(known, [row for row in recent if _is_from_page(row, message.page)])
    file = message.file_to_send
    mid = next((row["id"] for row in reversed(unknown) if _is_it(row, message, file)), None)
    is_certain = mid is None and not any(_may_be_it(row, message, file) for row in unknown)
    return Finding(mid, shows_absence=is_certain and _reaches_back(rows, recent, known, message))


def _reaches_back(rows, recent, known, message):
    """Return whether the history covers the time of the call: it is complete, or has something older."""
    is_whole = 0 < len(rows) < NEWEST
    return is_whole or len(recent) < len(rows) or known.before(message).filter(is_incoming=False, source="").exists()


def _without(known, rows):
    mids = set(known.values_list("mid", flat=True))
    return [row for row in rows if row["id"] not in mids]


def _is_from_page(row, page):
    return str((row.get("from") or {}).get("id")) == page.page_id


def _is_it(row, message, file):
    if message.attached("template"):
        return False  # the history does not show enough of one message
    is_of_its_size = file is None or any(attached.get("size") == file.size for attached in _files(row))
    return is_of_its_size and _may_be_it(row, message, file)


def _may_be_it(row, message, file):
    if message.attached("template"):
        return True
    if file is None:
        return _words(row) == message.text.split()
    files = _files(row)
    return not _words(row) and not row.get("sticker") and (not files or any(_may_show(one, file) for one in files))


def _may_show(attached, file):
    """Return whether an attachment of the history may be our file. Documents keep their size."""
    if file.kind == "file":
        return attached.get("size") in (file.size, None)
    return _is_picture(attached) == (file.kind == "image")


def _is_picture(attached):
    return "image_data" in attached or (attached.get("mime_type") or "").startswith("image/")


def _words(row):
    return (row.get("message") or "").split()


def _files(row):
    return (row.get("attachments") or {}).get("data") or []


def _moment(row):
    try:
        return datetime.strptime(row.get("created_time") or "", "%Y-%m-%dT%H:%M:%S%z")
    except ValueError:
        return timezone.now()  # its time is not known, so it may be this message
