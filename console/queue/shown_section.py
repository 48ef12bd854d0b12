"""One section of an agent's queue, as it is shown: its rows in order, page by page."""

from django.template.loader import render_to_string
from django.utils.html import format_html

from console.models import Conversation, Mention, ScheduledReply
from console.models.mention import notes_by_row
from console.queue.reading import read_rows
from console.queue.row_html import row_html
from console.queue.sections import MENTIONS, NOBODY, SCHEDULED
from console.queue.shared_rows import shared_rows

PAGE = 25  # rows of a section that are shown at first, and that the button More adds
MARGIN = 25  # rows that are read for all agents beyond a page, because an agent's own rows stand elsewhere
MOST = 150  # rows of a section that one desk keeps up to date; further rows are on pages of their own


class Section:
    """One section of an agent's queue: conversations in order, of which some rows are read.

    at: a moment before it is read, by the database's clock. current: the conversation that the browser shows.
    """

    def __init__(self, agent, teams, pages, at, current, name, title, empty):
        self.agent, self.teams, self.pages, self.at, self.current = agent, teams, pages, at, current
        self.name, self.title, self.empty = name, title, empty
        self.is_folded = name in ("snoozed", SCHEDULED, "bot", "closed")  # a folded section is read when it is opened
        self.is_read, self.rows, self.has_more, self.shown, self.number = False, [], False, 0, None
        self.keys, self._html_of = None, row_html

    def choose(self, count, after=None):
        """Choose the first rows, or those after a place, by an index alone: with joins, all rows would be sorted."""
        self.keys, self.has_more = self._choose(self.agent.pk, count, after)

    def share(self, count, after):
        """Show the first rows as they were read after this moment for all agents of the same rights, without the
        agent's own. Return whether that is possible.
        """
        if self.name in ("mine", "snoozed", MENTIONS, SCHEDULED) or not self.pages:
            return False
        key = (self.name, frozenset(self.pages), self.teams, count)
        found = shared_rows(key, lambda: self._read(count + MARGIN), after, self.at)
        others = [row for row in found.rows if row.agent_id != self.agent.pk]
        is_enough = len(others) >= count or not found.has_more
        if is_enough:
            self.at, self._html_of = found.at, found.html
            self.show(others[:count], found.has_more or len(others) > count)
        return is_enough

    def rows_among(self, conversations):
        """Return the chosen rows, of {key: conversation}."""
        chosen = set(self.keys)
        return [row for pk, row in conversations.items() if pk in chosen]

    def show(self, rows, has_more, above=0):
        self.is_read, self.rows, self.has_more = True, rows, has_more
        self.shown = above + len(rows)

    @property
    def html(self):
        return format_html("{}" * len(self.rows), *map(self._render, self.rows)) if self.rows else ""

    @property
    def can_grow(self):
        return self.shown + PAGE <= MOST

    @property
    def end(self):
        """Return the place after which the next page begins."""
        return self.rows[-1].row_place

    def _choose(self, agent_id, count, after=None):
        """Return the keys of the rows, and whether there are more."""
        conversations = self._conversations(agent_id)
        behind = conversations.after(*after) if after else conversations
        keys = list(behind.values_list("pk", flat=True)[: count + 1])
        return keys[:count], len(keys) > count

    def _conversations(self, agent_id):
        return Conversation.objects.on(self.pages.values()).in_section(self.name, agent_id, self.teams)

    def _render(self, row):
        return self._html_of(row, self.name, row.pk == self.current)

    def _read(self, count):
        keys, has_more = self._choose(NOBODY, count)
        return list(read_rows(keys, self.pages).values()), has_more


class MentionsSection(Section):
    """The conversations in whose notes colleagues mention the agent, until the agent opens them."""

    def choose(self, count, after=None):
        super().choose(count, after)
        mentions = Mention.objects.unseen().filter(agent=self.agent, note__conversation__in=self.keys)
        self._notes = notes_by_row(mentions.with_notes())

    def _render(self, row):
        return row_html(row, self.name, row.pk == self.current, self._notes.get((self.agent.pk, row.pk)))

    def _conversations(self, agent_id):
        mentions = Mention.objects.unseen().filter(agent=agent_id)
        found = Conversation.objects.on(self.pages.values()).filter(pk__in=mentions.values("note__conversation"))
        return found.in_order()


class ScheduledSection(Section):
    """The scheduled replies, the agent's own first."""

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
