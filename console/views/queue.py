"""The queue in sections. Each section is read page by page, as far as the agent has opened it."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.db.models.functions import Now
from django.http import Http404
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from console.models import Conversation
from console.queue.counts import shared_counts
from console.queue.sections import NOBODY
from console.queue.shared_rows import shared_rows
from console.wording.pages import problem
from personas.models import Page

PAGE = 25  # rows of a section that are shown at first, and that the button More adds
MARGIN = 25  # rows that are read for all agents beyond a page, because an agent's own stand elsewhere
MOST = 150  # rows of a section that one desk keeps up to date; further rows are on pages of their own
PLACE = re.compile(r"(-?\d{1,18})-(\d{1,18})")  # rank in µs, and pk


def queue(request):
    """Render the queue alone for a desk that is open, with as many rows of each section as that desk shows."""
    return render(request, "conversations/_refresh.html", queue_context(request, _open_in_browser(request)))


def section(request, name):
    """Render one page of one section: the rows after `?after=PLACE`, to be added to a desk, or a whole page for a
    browser without scripts.
    """
    found = next((section for section in _sections(request.user, _pages(request.user)) if section.name == name), None)
    if found is None:
        raise Http404
    found.read(PAGE, after=_place(request), above=_number(request, "shown"))
    template = "conversations/_more.html" if request.htmx else "conversations/section.html"
    return render(request, template, {"section": found, "current": _open_in_browser(request)})


def queue_context(request, current=None):
    pages = _pages(request.user)
    sections = _sections(request.user, pages)
    after = _last_hello(request)
    for section in sections:
        if not section.is_folded or section.name in request.GET:
            count = min(max(_number(request, section.name), PAGE), MOST)
            section.read_shared(count, after) if after and section.is_shared and pages else section.read(count)
    counts = shared_counts()
    numbers = counts.of([page.pk for page in pages], request.user.pk, sections[0].teams)
    for section in sections:
        section.number = numbers.get(section.name)
    return {
        "sections": sections,
        "counted_at": counts.at,
        "current": current,
        "unread": _unread(sections),
        "page_problems": [problem(page) for page in pages if page.is_paused and not page.is_disconnected],
        "newly_assigned": [row for row in sections[0].rows if row.is_new and row.pk != current],
    }


class Section:
    """One section of an agent's queue: conversations in order, of which some rows are read."""

    def __init__(self, agent, teams, pages, name, title, empty):
        self.agent, self.teams, self.pages = agent, teams, {page.pk: page for page in pages}
        self.name, self.title, self.empty = name, title, empty
        self.is_folded = name in ("bot", "closed")  # a folded section is read when it is opened
        self.is_shared = name != "mine"  # by agents of the same rights
        self.is_read, self.rows, self.has_more, self.shown, self.number = False, [], False, 0, None
        self.at = next((page.asked_at for page in pages), None)  # before it is read, by the database's clock

    def read(self, count, after=None, above=0):
        """Read the first rows, or those after a place. `above` is the number of rows that the desk shows already."""
        self._show(*self._load(self.agent.pk, count, after), above)

    def read_shared(self, count, after):
        """Show the first rows as they were read for all agents of the same rights, after this moment."""
        key = (self.name, frozenset(self.pages), self.teams, count)
        found = shared_rows(key, lambda: self._load_rendered(count + MARGIN), after, self.at)
        others = [row for row in found.rows if row.agent_id != self.agent.pk]
        if len(others) < count and found.has_more:  # too many are the agent's own
            return self.read(count)
        self.at = found.at
        self._show(others[:count], found.has_more or len(others) > count)

    @property
    def can_grow(self):
        return self.shown + PAGE <= MOST

    @property
    def end(self):
        """Return the place after which the next page begins."""
        return self.rows[-1].row_place

    def _show(self, rows, has_more, above=0):
        self.is_read, self.rows, self.has_more = True, rows, has_more
        self.shown = above + len(rows)

    def _load(self, agent_id, count, after=None):
        """Return the rows, and whether there are more."""
        conversations = Conversation.objects.on(self.pages.values()).in_section(self.name, agent_id, self.teams)
        behind = conversations.after(*after) if after else conversations
        # Rows are chosen by an index alone and joined afterwards: in one query, the planner would join and sort the
        # whole section.
        chosen = behind.values("pk")[: count + 1]
        found = list(Conversation.objects.filter(pk__in=chosen).for_queue().in_order())
        for row in found:  # there are few Pages: they and their rules are not joined to every row
            row.page = self.pages[row.page_id]
        return found[:count], len(found) > count

    def _load_rendered(self, count):
        rows, has_more = self._load(NOBODY, count)
        for row in rows:
            row.html = render_to_string("conversations/_row.html", {"conversation": row, "section": self})
        return rows, has_more


def _pages(agent):
    pages = Page.objects.open_to(agent).order_by().annotate(asked_at=Now())
    return list(pages.select_related("rules").defer("token"))


def _sections(agent, pages):
    teams = _teams(agent)
    sections = [
        Section(agent, teams, pages, "mine", _("Mine"), _("No conversations assigned to you.")),
        Section(agent, teams, pages, "waiting", _("Waiting"), _("No customers waiting.")),
        Section(agent, teams, pages, "others", _("Others"), _("No conversations with others.")),
        Section(agent, teams, pages, "bot", _("With the bot"), _("No conversations with the bot.")),
        Section(agent, teams, pages, "closed", _("Closed"), _("No closed conversations.")),
    ]
    has_bot = any(hasattr(page, "rules") and page.rules.has_bot for page in pages)
    return [section for section in sections if has_bot or section.name != "bot"]


def _teams(agent):
    """Return the agent's teams; None, which means all teams, for a superuser or an agent without a team."""
    return None if agent.is_superuser else tuple(agent.teams.order_by("pk").values_list("pk", flat=True)) or None


def _unread(sections):
    """Count the unread messages of the first rows of Mine and Waiting: "25", or "25+" when there are more rows.

    A conversation that a colleague transferred counts even if it has no unread message.
    """
    own = [section for section in sections if section.name in ("mine", "waiting")]
    unread = sum(row.unread or row.is_new for section in own for row in section.rows[:PAGE])
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
