"""One section of an agent's queue, as it is shown: its rows in order, page by page.

A desk that goes on and on keeps so many rows of a section, and drops those at the other end: it shows the rows from
some place on, and asks for those before it as one goes back.
"""

from functools import cached_property

from django.template.loader import render_to_string
from django.utils.html import format_html

from console.models import Conversation, Mention, ScheduledReply
from console.models.conversation.inbox import place_text
from console.models.mention import notes_by_row
from console.queue.orders import before, behind, order_in, place_text_of, sorted_by
from console.queue.reading import read_rows
from console.queue.row_html import row_html
from console.queue.sections import MENTIONS, NOBODY, SCHEDULED
from console.queue.shared_rows import shared_rows

PAGE = 25  # rows of a section that are shown at first, and that the button More adds
MARGIN = 25  # rows that are read for all agents beyond a page, because an agent's own rows stand elsewhere
MOST = 150  # rows of a section that one desk keeps, and keeps up to date


class Section:
    """One section of an agent's queue: conversations in order, of which some rows are read.

    at: a moment before it is read, by the database's clock. current: the conversation that the browser shows.
    """

    goes_back = True  # a desk may drop its first rows

    def __init__(self, agent, teams, pages, at, current, name, title, empty):
        self.agent, self.teams, self.pages, self.at, self.current = agent, teams, pages, at, current
        self.name, self.title, self.empty = name, title, empty
        self.is_folded = name in ("snoozed", SCHEDULED, "bot", "closed")  # a folded section is read when it is opened
        self.is_read, self.rows, self.has_more, self.shown, self.number = False, [], False, 0, None
        self.order = order_in(name, agent.queue_order)
        self.keys, self._html_of = None, row_html
        self.has_earlier, self._begin = False, None

    def choose(self, count, after=None):
        """Choose the first rows, or those after a place, by an index alone if there is one for the order."""
        self.has_earlier = after is not None
        self.keys, self.has_more = self._choose(self.agent.pk, count, after)

    def choose_from(self, count, begin):
        """Choose the rows from a place on; the first ones, if there are none."""
        place, pk = self._begin = begin
        self.choose(count, after=(place, pk - 1))
        if not self.keys:
            self._begin = None
            self.choose(count)

    def choose_before(self, count, end):
        """Choose the last rows before a place, behind which others follow."""
        found = before(self._conversations(self.agent.pk), *end).values_list("pk", flat=True)[: count + 1]
        self.keys, self.has_earlier = list(found)[:count][::-1], len(found) > count
        self.has_more = bool(self.keys)

    def share(self, count, after):
        """Show the first rows as they were read after this moment for all agents of the same rights, without the
        agent's own. Return whether that is possible.
        """
        if self.name in ("mine", "snoozed", MENTIONS, SCHEDULED) or not self.pages:
            return False
        key = (self.name, self.order, frozenset(self.pages), self.teams, count)
        found = shared_rows(key, lambda: self._read(count + MARGIN), after, self.at)
        others = [row for row in found.rows if row.agent_id != self.agent.pk]
        is_enough = len(others) >= count or not found.has_more
        if is_enough:
            self.at, self._html_of = found.at, found.html
            self.show(others[:count], found.has_more or len(others) > count)
        return is_enough

    def rows_among(self, conversations):
        """Return the chosen rows in order, of {key: conversation}."""
        return sorted((conversations[pk] for pk in self.keys if pk in conversations), key=self._place_of)

    def show(self, rows, has_more, above=0):
        self.is_read, self.rows, self.has_more = True, rows, has_more
        self.shown = above + len(rows)

    @property
    def html(self):
        return format_html("{}" * len(self.rows), *map(self._render, self.rows)) if self.rows else ""

    @property
    def can_grow(self):
        return self.goes_back or self.shown + PAGE <= MOST

    @property
    def goes_on(self):
        """Return whether it goes on by itself as one scrolls. If it cannot be folded, somebody has asked for more: else
        nobody would come to the sections below.
        """
        return self.can_grow and (self.is_folded or self.shown > PAGE or self.has_earlier)

    @property
    def begin(self):
        """Return the place at which its rows begin, if there are rows before them; else None."""
        if self._begin:
            return place_text(*self._begin)
        return self._place_of(self.rows[0]) if self.has_earlier and self.rows else None

    @property
    def end(self):
        """Return the place after which the next page begins."""
        return self._place_of(self.rows[-1])

    @property
    def is_long(self):
        """Return whether a desk may have to drop its last rows, and then goes on with them again."""
        return self.has_more or self.shown > PAGE or self.has_earlier

    def _place_of(self, row):
        return place_text_of(row, self.order, self.at)

    def _choose(self, agent_id, count, after=None):
        """Return the keys of the rows, and whether there are more."""
        conversations = self._conversations(agent_id)
        found = behind(conversations, *after) if after else conversations
        keys = list(found.values_list("pk", flat=True)[: count + 1])
        return keys[:count], len(keys) > count

    def _conversations(self, agent_id):
        found = Conversation.objects.on(self.pages.values()).in_section(self.name, agent_id, self.teams)
        return sorted_by(found, self.order, self.at)

    def _render(self, row):
        return self._html_of(row, self.name, row.pk == self.current, place=self._place_of(row))

    def _read(self, count):
        keys, has_more = self._choose(NOBODY, count)
        return sorted(read_rows(keys, self.pages).values(), key=self._place_of), has_more


class MentionsSection(Section):
    """The conversations in whose notes colleagues mention the agent, until the agent opens them."""

    @cached_property
    def _notes(self):
        mentions = Mention.objects.unseen().filter(agent=self.agent, note__conversation__in=self.keys)
        return notes_by_row(mentions.with_notes())

    def _render(self, row):
        return row_html(row, self.name, row.pk == self.current, self._notes.get((self.agent.pk, row.pk)))

    def _conversations(self, agent_id):
        mentions = Mention.objects.unseen().filter(agent=agent_id)
        found = Conversation.objects.on(self.pages.values()).filter(pk__in=mentions.values("note__conversation"))
        return sorted_by(found, self.order, self.at)


class ScheduledSection(Section):
    """The scheduled replies, the agent's own first. Very many are continued on a page of their own."""

    goes_back = False

    def choose(self, count, after=None):
        listed = ScheduledReply.objects.listed_for(self.agent, self.pages)
        found = list((listed.after(*after) if after else listed)[: count + 1])
        for reply in found:
            reply.is_own = reply.author_id == self.agent.pk
        self.keys, self._replies, self.has_more = [], found[:count], len(found) > count

    def rows_among(self, conversations):
        return self._replies

    def _render(self, reply):
        return render_to_string("scheduled_replies/_row.html", {"reply": reply})
