"""The queue in sections. Each section is read page by page, as far as the agent has opened it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from django.http import Http404
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from console.models import Conversation
from console.wording.pages import problem
from personas.models import Page

PAGE = 25  # rows of a section that are shown at first, and that the button More adds
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
    for section in sections:
        if not section.is_folded or section.name in request.GET:
            section.read(min(max(_number(request, section.name), PAGE), MOST))
    return {
        "sections": sections,
        "current": current,
        "unread": _unread(sections),
        "page_problems": [problem(page) for page in pages if page.is_paused and not page.is_disconnected],
        "newly_assigned": [row for row in sections[0].rows if row.is_new and row.pk != current],
    }


class Section:
    """One section of the queue: conversations in order, of which some rows are read.

    shows: what its rows show beside the customer's last words: "holder", "reason" or "new".
    """

    def __init__(self, pages, name, title, conversations, empty, shows="", is_folded=False):
        self.pages = {page.pk: page for page in pages}
        self.name, self.title, self.conversations, self.empty = name, title, conversations, empty
        self.shows, self.is_folded = shows, is_folded  # a folded section is read when it is opened
        self.is_read, self.rows, self.has_more, self.shown = False, [], False, 0

    def read(self, count, after=None, above=0):
        """Read the first rows, or those after a place. `above` is the number of rows that the desk shows already."""
        behind = self.conversations.after(*after) if after else self.conversations
        # Rows are chosen by an index alone and joined afterwards: in one query, the planner would join and sort the
        # whole section.
        chosen = behind.values("pk")[: count + 1]
        found = list(Conversation.objects.filter(pk__in=chosen).for_queue().in_order())
        for row in found:  # there are few Pages: they and their rules are not joined to every row
            row.page = self.pages[row.page_id]
        self.is_read, self.rows, self.has_more = True, found[:count], len(found) > count
        self.shown = above + len(self.rows)

    @property
    def can_grow(self):
        return self.shown + PAGE <= MOST

    @property
    def end(self):
        """Return the place after which the next page begins."""
        last = self.rows[-1]
        return f"{last.rank // timedelta(microseconds=1)}-{last.pk}"


def _pages(agent):
    return list(Page.objects.open_to(agent).order_by().select_related("rules").defer("token"))


def _sections(agent, pages):
    visible, teams = Conversation.objects.on(pages), _teams(agent)
    mine, waiting = visible.held_by(agent), visible.waiting_for(teams)
    others, bots, closed = visible.held_by_others(agent, teams), visible.held_by_bot(), visible.closed()
    sections = [
        Section(pages, "mine", _("Mine"), mine, _("No conversations assigned to you."), shows="new"),
        Section(pages, "waiting", _("Waiting"), waiting, _("No customers waiting."), shows="reason"),
        Section(pages, "others", _("Others"), others, _("No conversations with others."), shows="holder"),
        Section(pages, "bot", _("With the bot"), bots, _("No conversations with the bot."), is_folded=True),
        Section(pages, "closed", _("Closed"), closed, _("No closed conversations."), is_folded=True),
    ]
    has_bot = any(hasattr(page, "rules") and page.rules.has_bot for page in pages)
    return [section for section in sections if has_bot or section.name != "bot"]


def _teams(agent):
    """Return the agent's teams; None, which means all teams, for a superuser or an agent without a team."""
    return None if agent.is_superuser else list(agent.teams.values_list("pk", flat=True)) or None


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


def _open_in_browser(request):
    try:
        return resolve(urlsplit(request.htmx.current_url or "").path).kwargs.get("pk")
    except (Resolver404, ValueError):  # the browser shows no page of ours, or sends no valid address
        return None
