"""Open the conversations of a batch of events: lock them, begin new ones, and read ahead for the events."""

from contextlib import contextmanager

from django.db import OperationalError, transaction
from psycopg.errors import LockNotAvailable

from agents.compiled import Compiled, GivenList
from console.models.conversation import customer_messages, echoes, thread
from console.models.conversation.conversation import Conversation
from console.models.conversation.inbound import begins_conversation
from console.models.conversation.revision import saving
from messenger import events
from personas.models import Page

SAID = (events.Message, events.Postback, events.Order, events.MissedCall)


@contextmanager
def opened(received):
    """Lock the conversations of these events, begin missing ones, and save them in the end. Yields an Opened."""
    with transaction.atomic():
        conversations = _lock({participants(event) for event in received if event.psid})
        beginning = {participants(event) for event in received if begins_conversation(event)}
        if new := beginning - conversations.keys() - conversations.locked:
            conversations.begin(new)
        with saving(conversations.values()):
            _read_ahead(received, conversations)
            yield conversations


class Opened(dict):
    """Conversations that we have locked, by (Page's id, PSID).

    locked: the keys of conversations that somebody else had locked for longer than the lock_timeout. new: the keys of
    conversations in which nothing has happened yet.
    """

    def __init__(self, conversations, locked=()):
        super().__init__(conversations)
        self.locked, self.new = {*locked}, set()

    def begin(self, keys):
        begun = _begin(keys)
        self.update(begun)
        self.locked |= begun.locked
        self.new = keys

    def of(self, event):
        """Return the conversation that an event concerns, or None if there is none."""
        about = participants(event)
        if about in self.locked:
            raise OperationalError("Somebody has locked the conversation for long.")
        if about in self.new and not begins_conversation(event):
            return None
        self.new.discard(about)
        return self.get(about)


def participants(event):
    return event.page_id, event.psid


def _lock(keys):
    """Lock the conversations of these (Page's id, PSID); return them by key.

    They are locked in the order of their customers, as everywhere: two programs never wait for each other.
    """
    try:
        with transaction.atomic():
            return Opened(_by_key(LOCKED, keys))
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
    free = _by_key(FREE, keys)
    return Opened(free, locked=_by_key(UNLOCKED, keys).keys() - free.keys())


def _by_key(query, keys):
    page_ids, psids = {page_id for page_id, _psid in keys}, {psid for _page_id, psid in keys}
    found = query(page_ids=[*page_ids], psids=[*psids]) if keys else []
    by_key = {(one.page.page_id, one.customer.psid): one for one in found}
    return {names: one for names, one in by_key.items() if names in keys}


def _named():
    pages, customers = GivenList("page_ids", "text"), GivenList("psids", "text")
    rows = Conversation.objects.filter(page__page_id__any=pages, customer__psid__any=customers)
    return rows.order_by("customer__psid", "pk")


LOCKED = Compiled(lambda: _named().for_change().select_related("customer"))
FREE = Compiled(lambda: _named().for_change(skip_locked=True).select_related("customer"))
UNLOCKED = Compiled(lambda: _named().with_page().select_related("customer"))


def _begin(keys):
    """Begin conversations with these customers, where their Page is connected; lock them and return them by key."""
    pages = Page.objects.filter(page_id__in={page_id for page_id, _psid in keys}).select_related("rules")
    for page in pages.defer("token", "rules__holder_secret").order_by("pk"):
        psids = sorted(psid for page_id, psid in keys if page_id == page.page_id)
        Conversation.objects.begin(page.customers.find_or_create(page, psids))
    return _lock(keys)


def _read_ahead(received, conversations):
    """Read messages and places for all events at once. Anything missing here is read when an event asks for it."""
    found = [(event, conversations.get(participants(event))) for event in received]
    about = [(event, conversation.thread) for event, conversation in found if conversation]
    wanted = {}
    for event, its_thread in about:
        wanted.setdefault(its_thread, set()).update(_names(event))
    thread.read_messages(wanted)
    new = [(event, its_thread) for event, its_thread in about if not _is_known(event, its_thread)]
    thread.read_ends({its_thread for _event, its_thread in new})
    thread.read_sending({its_thread for event, its_thread in new if echoes.is_of_our_app(event)})


def _names(event):
    """Return the mids and idempotency keys by which an event looks for messages."""
    if isinstance(event, SAID):
        return [customer_messages.mid_of(event)]
    if isinstance(event, events.Echo):
        return list(filter(None, [event.mid, echoes.key_of(event)]))
    return event.mids if isinstance(event, events.Delivery) else ()


def _is_known(event, its_thread):
    """Return whether the event is about known messages, or about none."""
    is_said = isinstance(event, (*SAID, events.Echo))
    return not is_said or any(its_thread.known[name] for name in _names(event))
