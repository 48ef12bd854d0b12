"""The queue in sections. Each section is read page by page, as far as the agent has opened it."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.html import format_html
from django.utils.translation import gettext as _

from console.faces.faces import faces_for
from console.models import Conversation, Draft, Mention, ScheduledReply
from console.models.mention import notes_by_row
from console.queue.counts import shared_counts
from console.queue.reading import has_own, read_rows, visible_pages
from console.queue.row_html import row_html
from console.queue.sections import MENTIONS, NOBODY, SCHEDULED
from console.queue.shared_rows import shared_rows
from console.queue.viewers import rights_of
from console.wording.pages import problem

PAGE = 25  # rows of a section that are shown at first, and that the button More adds
MARGIN = 25  # rows that are read for all agents beyond a page, because an agent's own rows stand elsewhere
MOST = 150  # rows of a section that one desk keeps up to date; further rows are on pages of their own
MOST_DRAFTS = 200  # that rows show
PLACE = re.compile(r"(-?\d{1,18})-(\d{1,18})")  # rank in µs, and pk


def queue(request):
    """Render the queue alone for an open desk, with as many rows of each section as that desk shows."""
    return render(request, "conversations/_refresh.html", queue_context(request, _open_in_browser(request)))


def section(request, name):
    """Render one page of one section: the rows after `?after=PLACE`, to be added to a desk, or a whole page for a
    browser without scripts.
    """
    rights, moment = rights_of(request)
    pages = visible_pages(rights, None, moment)
    sections = _sections(request.user, rights, pages, moment, _open_in_browser(request))
    found = next((each for each in sections if each.name == name), None)
    if found is None:
        raise Http404
    found.choose(PAGE, after=_place(request))
    read_sections([found], pages, above=_number(request, "shown"))
    template = "conversations/_more.html" if request.htmx else "conversations/section.html"
    return render(request, template, {"section": found})


def queue_context(request, current=None):
    after, (rights, moment) = _last_hello(request), rights_of(request)
    pages = visible_pages(rights, after, moment)
    sections = _sections(request.user, rights, pages, moment, current)
    has_mentions, holds_any, has_drafts = has_own(request.user)
    is_there = {MENTIONS: has_mentions, "mine": holds_any, "snoozed": holds_any}
    for section in sections:
        if not is_there.get(section.name, True):
            section.show([], has_more=False)
        elif not section.is_folded or section.name in request.GET:
            count = min(max(_number(request, section.name), PAGE), MOST)
            if not (after and section.share(count, after)):
                section.choose(count)
    read_sections([section for section in sections if section.keys is not None], pages)
    mine = next(section for section in sections if section.name == "mine")
    counts = shared_counts()
    numbers = counts.of(pages, request.user.pk, rights.teams)
    for section in sections:
        section.number = numbers.get(section.name)
    return {
        "sections": sections,
        "counted_at": counts.at,
        "unread": _unread(sections),
        "drafts": Draft.objects.newest_of(request.user, pages, MOST_DRAFTS) if has_drafts else [],
        "faces": faces_for(request.user, pages),
        "page_problems": [problem(page) for page in pages.values() if page.is_paused and not page.is_disconnected],
        "newly_assigned": [row for row in mine.rows if row.calls_holder and row.pk != current],
    }


def read_sections(sections, pages, above=0):
    """Read the conversations that were chosen for these sections, all at once. above: the rows that the desk shows."""
    rows = read_rows([pk for section in sections for pk in section.keys], pages)
    for section in sections:
        section.show(section.rows_among(rows), section.has_more, above)


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


def _sections(agent, rights, pages, moment, current):
    sections = [
        kind(agent, rights.teams, pages, moment, current, name, title, empty)
        for kind, name, title, empty in [
            (MentionsSection, MENTIONS, _("Mentions"), _("No mentions.")),
            (Section, "mine", _("Mine"), _("No conversations assigned to you.")),
            (Section, "waiting", _("Waiting"), _("No customers waiting.")),
            (Section, "others", _("Others"), _("No conversations with others.")),
            (Section, "snoozed", _("Snoozed"), _("No conversations that you have set aside.")),
            (ScheduledSection, SCHEDULED, _("Scheduled"), _("No scheduled replies.")),
            (Section, "bot", _("With the bot"), _("No conversations with the bot.")),
            (Section, "closed", _("Closed"), _("No closed conversations.")),
        ]
    ]
    has_bot = any(hasattr(page, "rules") and page.rules.has_bot for page in pages.values())
    return [section for section in sections if has_bot or section.name != "bot"]


def _unread(sections):
    """Count the unread messages of the first rows of Mine and Waiting: "25", or "25+" when there are more rows.

    A conversation that a colleague transferred counts even if it has no unread message, and one in Mentions once more.
    """
    own = [section for section in sections if section.name in ("mine", "waiting")]
    unread = sum(row.unread or row.calls_holder for section in own for row in section.rows[:PAGE])
    unread += sum(len(section.rows) for section in sections if section.name == MENTIONS)
    return f"{unread}+" if any(section.has_more or len(section.rows) > PAGE for section in own) else str(unread)


def _place(request):
    place = PLACE.fullmatch(request.GET.get("after", ""))
    return place and (timedelta(microseconds=int(place[1])), int(place[2]))


def _number(request, name):
    number = request.GET.get(name, "")
    return int(number) if re.fullmatch(r"[0-9]{1,6}", number) else 0


def _last_hello(request):
    """Return the moment of the last hello of the browser's live stream, or None."""
    moment = request.headers.get("X-Hello", "")
    is_moment = re.fullmatch(r"[0-9]{1,10}\.[0-9]{1,6}", moment)
    return datetime.fromtimestamp(float(moment), UTC) if is_moment else None


def _open_in_browser(request):
    try:
        return resolve(urlsplit(request.htmx.current_url or "").path).kwargs.get("pk")
    except (Resolver404, ValueError):  # the browser shows no page of ours, or sends no valid address
        return None
