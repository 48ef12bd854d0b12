"""The messages of a conversation while it changes: messages that were read are kept, and writes are held back.

So a batch of events reads for all of its conversations by one query, and writes for all by one. Any other query of the
conversation's messages comes after these writes: see `Revision.messages`.
"""

from typing import Any

from django.db import connection
from django.db.models import Q

from agents.compiled import Compiled, GivenList
from console.infrastructure import rows
from console.models.conversation.thread_order import FEW, Entry
from console.models.message.message import Message

END = """
SELECT conversation.id, entry.* FROM unnest(%s::bigint[]) AS conversation (id), LATERAL (
    (SELECT at, id, sent_at, is_incoming, attempted_at FROM console_message
     WHERE conversation_id = conversation.id ORDER BY at DESC, id DESC LIMIT %s)
    UNION ALL
    (SELECT at, NULL, NULL, NULL, NULL FROM console_handover
     WHERE conversation_id = conversation.id ORDER BY at DESC, id DESC LIMIT %s)
) AS entry
"""
SHOW_RECEIPTS = """
UPDATE console_message AS message SET revision = given.revision,
    state = CASE WHEN message.sent_at <= given.read_until THEN 'read' ELSE 'delivered' END
FROM json_to_recordset(%s)
    AS given (id bigint, revision bigint, read_until timestamptz, delivered_until timestamptz)
WHERE message.conversation_id = given.id AND message.state IN ('sent', 'delivered')
    AND (message.sent_at <= given.read_until OR message.state = 'sent' AND message.sent_at <= given.delivered_until)
"""
SHOW_IN_REPLIES = """
UPDATE console_message AS reply SET revision = given.revision
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[]) AS given (conversation_id, revision, at, mid)
WHERE reply.conversation_id = given.conversation_id AND reply.at > given.at AND reply.reply_to = given.mid
"""
NAMED = Compiled(
    lambda: Message.objects.select_for_update().filter(
        Q(page__pk__any=GivenList("pages"), mid__any=GivenList("mids", "text"))
        | Q(idempotency_key__any=GivenList("keys", "uuid"))
    )
)
SENDING = Compiled(
    lambda: (
        Message.objects.filter(state=Message.State.SENDING, conversation__pk__any=GivenList("pks"))
        .order_by()
        .values_list("conversation")
    )
)
WATERMARKS = ["id", "revision", "read_until", "delivered_until"]
DELIVERY = ["mid", "sent_at", "state", "error", "next_attempt_at", "revision"]  # what echoes and receipts change


class Thread:
    """The messages of one conversation, under its lock."""

    def __init__(self, conversation):
        self.conversation = conversation
        self._forget()

    def _forget(self):
        self.known = {}  # messages by mid or idempotency key; None for one that is not there
        self.stored = {}  # the same by pk
        self.end: Any = None  # entries of the newest messages
        self.handovers: Any = None  # the moments of the newest changes of holder
        self.is_sending: bool | None = None
        self.new, self.changed, self.quoted = [], {}, []
        self.has_receipts = False

    def read(self, names):
        """Read messages by mid or idempotency key, unless they are known."""
        if unknown := [name for name in names if name not in self.known]:
            read_messages({self: unknown})

    def find(self, name):
        """Return the Page's message with this mid, or the conversation's with this idempotency key, or None."""
        self.read([name])
        message = self.known[name]
        is_named_so = message and name in (message.mid, message.idempotency_key)  # an echo may give it another mid
        return message if is_named_so else None

    def find_own(self, name):
        """Return the conversation's message with this mid or idempotency key, or None."""
        message = self.find(name)
        return message if message and message.conversation_id == self.conversation.pk else None

    @property
    def has_end(self):
        return self.end is not None

    def newest(self):
        """Yield an entry for each message, the newest first."""
        if not self.has_end:
            read_ends([self])
        yield from self.end
        if len(self.end) >= FEW:
            passed = len(self.end)
            self.flush()
            read_ends([self], most=None)
            yield from self.end[passed:]

    @property
    def is_being_sent(self):
        """Return whether a worker is sending one of its messages."""
        if self.is_sending is None:
            self.flush()
            read_sending([self])
        return self.is_sending

    def add(self, message, attachments):
        """Add a message that has just come."""
        self.new.append((message, attachments))
        self.known[message.mid] = message
        if self.has_end:
            place = next((number for number, entry in enumerate(self.end) if entry.at <= message.at), len(self.end))
            self.end.insert(place, Entry.of_message(message))
            if place + 1 == len(self.end) > FEW:  # its place may be among older ones, which were not read
                self.flush()

    def confirm(self, message):
        """Note that Facebook has the message, under this mid."""
        if message.pk is None:  # its entry among the newest could not be found again without a key
            self.flush()
        self.known[message.mid] = message
        self.change_delivery(message)
        self.show_in_replies(message)
        self.show_receipts()

    def change_delivery(self, message):
        """Note that an echo or a receipt changed this message."""
        if message.pk is None:  # it is written as it is in the end
            return
        self.changed[message.pk] = message
        self.is_sending = None
        if self.has_end:
            self.update_end()

    def update_end(self):
        """Update the entries of the newest messages with what is held back."""
        changed = {pk: Entry.of_message(message) for pk, message in self.changed.items()}
        self.end = [changed.get(entry.pk, entry) for entry in self.end]

    def show_in_replies(self, message):
        """Show the message in replies that quote it and came before it."""
        self.quoted.append(message)

    def show_receipts(self):
        """Set the state of sent messages by the watermarks."""
        self.has_receipts = True

    def flush(self):
        """Write what is held back, and read the messages anew from now on."""
        write([self])


# For many threads


def read_messages(wanted):
    """Read messages by mid or idempotency key: {thread: names}. They are locked, so that no worker sends them now."""
    names = {name for some in wanted.values() for name in some}
    mids = [name for name in names if isinstance(name, str)]
    pages = {thread.conversation.page_id for thread in wanted}
    found = NAMED(pages=[*pages], mids=mids, keys=[*names.difference(mids)]) if names else []
    by_mid = {(message.page_id, message.mid): message for message in found}
    by_key = {(message.conversation_id, message.idempotency_key): message for message in found}
    for thread, some in wanted.items():
        page, own = thread.conversation.page_id, thread.conversation.pk
        for name in some:
            message = by_mid.get((page, name)) or by_key.get((own, name))
            thread.known[name] = message and thread.stored.setdefault(message.pk, message)


def read_ends(threads, most: int | None = FEW):
    """Read the newest messages and handovers of each thread."""
    by_pk = {thread.conversation.pk: thread for thread in threads}
    if not by_pk:
        return
    for thread in threads:
        thread.end, thread.handovers = [], []
    with connection.cursor() as cursor:
        cursor.execute(END, [list(by_pk), most, most])
        for pk, at, message, *said in cursor:
            if message:
                by_pk[pk].end.append(Entry.of(at, message, *said))
            else:
                by_pk[pk].handovers.append(at)
    for thread in threads:
        thread.update_end()


def read_sending(threads):
    """Read whether a worker is sending a message of each thread."""
    pks = {pk for (pk,) in SENDING(pks=[thread.conversation.pk for thread in threads])} if threads else set()
    for thread in threads:
        thread.is_sending = thread.conversation.pk in pks


def write(threads):
    """Write what these threads hold back, and forget what they know."""
    # A second message of a call that was made again can have the id that the first one had until its echo came.
    rows.write([message for thread in threads for message in thread.changed.values()], *DELIVERY)
    Message.objects.add([pair for thread in threads for pair in thread.new])
    _show_in_replies([(thread.conversation, message) for thread in threads for message in thread.quoted])
    _show_receipts([thread.conversation for thread in threads if thread.has_receipts])
    for thread in threads:
        thread._forget()


def _show_in_replies(quoted):
    if quoted:
        given = [(one.pk, one.revision, message.at, message.mid) for one, message in quoted]
        with connection.cursor() as cursor:
            cursor.execute(SHOW_IN_REPLIES, [list(column) for column in zip(*given, strict=True)])


def _show_receipts(conversations):
    with_receipts = [one for one in conversations if one.read_until or one.delivered_until]
    if with_receipts:
        with connection.cursor() as cursor:
            cursor.execute(SHOW_RECEIPTS, [rows.as_json(with_receipts, WATERMARKS)])
