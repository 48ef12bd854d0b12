"""Load the rows and threads that changed, and render each once."""

import logging
from collections import defaultdict
from functools import partial, reduce
from operator import or_

from django.db.models import F, Q, Value, Window, prefetch_related_objects
from django.db.models.functions import Now, RowNumber
from django.template.loader import render_to_string
from django.utils.translation import get_language

from agents.compiled import Compiled, GivenList
from agents.preferences import QueueOrder
from console.live.events import event, hello
from console.models import Activity, Conversation, Handover, Mention, Message, Note, ScheduledReply
from console.models.mention import notes_by_row
from console.models.message.message import find_quotes
from console.queue.orders import order_in, place_text_of
from console.queue.row_html import row_html
from console.queue.shown_section import MOST
from console.views.messages import MOST_CHANGES
from personas.models import Page

MOST_OF_AGENTS = 2 * MOST  # rows of agents who came or went; if they hold more, desks ask for everything

CONVERSATIONS = Compiled(
    lambda: Conversation.objects.filter(pk__any=GivenList("pks")).with_holder().select_related("customer__moderation")
)
MENTIONS = Compiled(lambda: Mention.objects.unseen().filter(note__conversation__pk__any=GivenList("pks")).with_notes())
PAGES = Compiled(
    lambda: (
        Page.objects.filter(pk__any=GivenList("pks"))
        .select_related("rules")
        .defer("token", "rules__holder_secret")
        .annotate(asked_at=Now())
    )
)

logger = logging.getLogger(__name__)


class Loaded:
    """The changed rows and threads of a batch, as they were at one moment.

    mentions: the note of each pair of an agent and a conversation with an unseen mention of the agent. threads: pairs
    of a conversation and the event for its watchers, or a function that renders it. revisions: the revision of each
    thread after that event. watched: the conversations of threads, by their keys.
    """

    def __init__(self, changes, watchers, revisions):
        self._events, keys = {}, changes.rows | self._held_by(changes)
        found = _load(keys, changes, watchers)
        self.rows = [one for one in found if one.pk in keys]
        Conversation.objects.mark(self.rows)
        self.mentions = self._load_mentions()
        changed = changes.changed_or_new
        threads = [one for one in found if one.pk in watchers and (one.pk in changed or one.agent_id in changes.agents)]
        self.watched = {conversation.pk: conversation for conversation in threads}
        pages = _pages_of(found)
        self.at = next((page.asked_at for page in pages), None)  # after all was read, by the database's clock
        self.revisions = {pk: revision for pk, revision in revisions.items() if pk in watchers}
        self.threads = [*self._headers(changes, threads), *self._entries(threads)]

    def row(self, conversation, section, order=QueueOrder.LONGEST_WAIT, note=None):
        """Return the event of a row in this section. Each event is rendered once in each language and order."""
        order = order_in(section, order)
        key = (conversation.pk, section, order, note and note.pk, get_language())
        if key not in self._events:
            self._events[key] = rendered(row_event, conversation, section, self.at, order, note, otherwise=hello())
        return self._events[key]

    # Rows

    def _held_by(self, changes):
        """Return the conversations of agents who came or went, as far as a desk shows them."""
        if not changes.agents:
            return set()
        number = Window(RowNumber(), partition_by=F("agent"), order_by=["rank", "pk"])
        held = Conversation.objects.open().filter(agent__in=changes.agents).annotate(number=number)
        first = held.filter(number__lte=MOST).values_list("pk", flat=True)
        found = set(first[: MOST_OF_AGENTS + 1])
        if len(found) > MOST_OF_AGENTS:
            changes.may_be_anything, found = True, set()
        return found

    def _load_mentions(self):
        return notes_by_row(MENTIONS(pks=[row.pk for row in self.rows])) if self.rows else {}

    # Threads

    def _headers(self, changes, threads):
        for conversation in threads:
            if conversation.pk in changes.holders or conversation.agent_id in changes.agents:
                yield conversation, event(f"holder-{conversation.pk}")

    def _entries(self, threads):
        """Yield the entries of each thread after the last revision that was sent.

        Nothing was sent of a new thread: its browsers ask. Most threads that browsers begin to watch have no later
        revision, and so no such entries.
        """
        known = [(conversation, self.revisions.get(conversation.pk)) for conversation in threads]
        later = [(one.pk, since) for one, since in known if since is not None and since < one.revision]
        entries = entries_since(later)
        for conversation in threads:
            since = self.revisions.get(conversation.pk)
            if since is None or entries is None:
                yield conversation, event(f"conversation-{conversation.pk}")
            elif entries[conversation.pk]:
                ask = event(f"conversation-{conversation.pk}")
                render = partial(rendered, thread_event, conversation, entries[conversation.pk], since, otherwise=ask)
                yield conversation, render
            if since is None or entries is None or entries[conversation.pk]:
                self.revisions[conversation.pk] = conversation.revision


def _load(keys, changes, watchers):
    """Read the conversations of rows and of watched threads by one query."""
    wanted = keys | (changes.changed_or_new & watchers.keys())
    if changes.agents:
        held = Conversation.objects.filter(pk__in=watchers, agent__in=changes.agents)
        wanted |= set(held.values_list("pk", flat=True))
    found = CONVERSATIONS(pks=[*wanted]) if wanted else []
    Conversation.objects.read_labels(found)
    return found


def rendered(render, conversation, *arguments, otherwise):
    """Render an event. If that fails, return an event after which browsers ask, so that all other events are sent."""
    try:
        return render(conversation, *arguments)
    except Exception:
        logger.exception("A live update of conversation %s cannot be rendered: browsers ask", conversation.pk)
        return otherwise


def row_event(conversation, section, at, order, note):
    """Return the event that puts a row into its place, with the notice to an agent who was given the conversation."""
    html = row_html(conversation, section, note=note, place=place_text_of(conversation, order, at))
    if section == "mine" and conversation.calls_holder:
        html += render_to_string("conversations/_newly_assigned.html", {"newly_assigned": [conversation]})
    return event(f"row {section} {at.timestamp():.6f}", html)


def row_gone_event(conversation, at):
    """Return the event that removes the row of a conversation from the section Mentions."""
    return event(f"row nowhere {at.timestamp():.6f}", f'<li id="row-{conversation.pk}-mention"></li>')


def thread_event(conversation, entries, since):
    for entry in entries:
        entry.conversation = conversation  # with the names that it shows
    context = {"conversation": conversation, "thread": entries, "since": since, "revision": conversation.revision}
    return event(f"thread-{conversation.pk}", render_to_string("messages/_thread.html", context))


def entries_since(revisions):
    """Return {conversation's key: entries of its thread after a revision}, with None in place of too many entries.

    revisions: pairs of a conversation's key and a revision.
    """
    found = defaultdict(list)
    if revisions:
        newer = reduce(or_, (Q(conversation=pk, revision__gt=revision) for pk, revision in revisions))
        messages = list(Message.objects.filter(newer).for_thread()[: MOST_CHANGES + 1])
        if len(messages) > MOST_CHANGES:
            return None
        find_quotes(messages)
        lines = [line for rows in _timelines_with(newer) for line in rows.filter(newer)]
        for entry in sorted([*messages, *lines], key=lambda entry: entry.place):
            found[entry.conversation_id].append(entry)
    return found


def _timelines_with(newer):
    """Return the timelines that have entries after these revisions. One query asks for all: mostly there are none."""
    timelines = [Handover.objects.for_thread(), Activity.objects.all(), Note.objects.for_thread()]
    timelines += [ScheduledReply.objects.for_thread()]
    numbered = [rows.model.objects.filter(newer).order_by().values_list(Value(n)) for n, rows in enumerate(timelines)]
    return [timelines[number] for (number,) in numbered[0].union(*numbered[1:])]


def _pages_of(conversations):
    """Load the few Pages, their rules and groups apart: a join would read them again for every row."""
    keys = {conversation.page_id for conversation in conversations}
    pages = {page.pk: page for page in PAGES(pks=[*keys])} if keys else {}
    prefetch_related_objects([page for page in pages.values() if not page.is_open_to_all], "groups")
    for conversation in conversations:
        conversation.page = pages[conversation.page_id]
    return pages.values()
