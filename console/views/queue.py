"""The queue in parts. Each part is read page by page, as far as the agent has opened it."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from django.http import Http404
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from console.models import Conversation
from personas.models import Page

PAGE = 25  # rows of a part that are shown at first, and that the button More adds
MOST = 150  # rows of a part that one desk keeps up to date; further rows are on pages of their own
PLACE = re.compile(r"(-?\d{1,18})-(\d{1,18})")  # rank in µs, and pk


def queue(request):
    """Render the queue alone for a desk that is open, with as many rows of each part as that desk shows."""
    return render(request, "conversations/_refresh.html", queue_context(request, _open_in_browser(request)))


def part(request, name):
    """Render one page of one part: the rows after `?after=PLACE`, to be added to a desk, or a whole page for a browser
    without scripts.
    """
    found = next((part for part in _parts(request.user, _pages(request.user)) if part.name == name), None)
    if found is None:
        raise Http404
    found.read(PAGE, after=_place(request), above=_number(request, "shown"))
    template = "conversations/_more.html" if request.htmx else "conversations/part.html"
    return render(request, template, {"part": found, "current": _open_in_browser(request)})


def queue_context(request, current=None):
    pages = _pages(request.user)
    parts = _parts(request.user, pages)
    for part in parts:
        if not part.is_folded or part.name in request.GET:
            part.read(min(max(_number(request, part.name), PAGE), MOST))
    stopped = [page for page in pages if page.is_paused and not page.is_disconnected]
    newly_assigned = [row for row in parts[0].rows if row.is_new and row.pk != current]
    return {
        "parts": parts,
        "current": current,
        "unread": _unread(parts),
        "stopped": stopped,
        "newly_assigned": newly_assigned,
    }


class Part:
    """One part of the queue: conversations in order, of which some rows are read."""

    def __init__(self, pages, name, title, conversations, empty, is_folded=False):
        self.pages = {page.pk: page for page in pages}
        self.name, self.title, self.conversations, self.empty = name, title, conversations, empty
        self.is_folded = is_folded  # a folded part is read when it is opened
        self.is_read, self.rows, self.has_more, self.shown = False, [], False, 0

    def read(self, count, after=None, above=0):
        """Read the first rows, or those after a place. `above` is the number of rows that the desk shows already."""
        behind = self.conversations.after(*after) if after else self.conversations
        # Rows are chosen by an index alone and joined afterwards: in one query, the planner would join and sort the
        # whole part.
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


def _parts(agent, pages):
    visible, teams = Conversation.objects.on(pages), _teams(agent)
    parts = [
        Part(pages, "mine", _("Mine"), visible.held_by(agent), _("You hold no conversation.")),
        Part(pages, "waiting", _("Waiting"), visible.waiting_for(teams), _("Nobody is waiting.")),
        Part(pages, "others", _("Others"), visible.held_by_others(agent, teams), _("Nobody else holds one.")),
        Part(pages, "bot", _("With the bot"), visible.held_by_bot(), _("The bot holds none."), is_folded=True),
        Part(pages, "closed", _("Closed"), visible.closed(), _("Nothing has been closed yet."), is_folded=True),
    ]
    has_bot = any(hasattr(page, "rules") and page.rules.has_bot for page in pages)
    return [part for part in parts if has_bot or part.name != "bot"]


def _teams(agent):
    """Return the agent's teams; None, which means all teams, for a superuser or an agent without a team."""
    return None if agent.is_superuser else list(agent.teams.values_list("pk", flat=True)) or None


def _unread(parts):
    """Count the unread messages of the first rows of Mine and Waiting: "25", or "25+" when there are more rows.

    A conversation that a colleague transferred counts even if it has no unread message.
    """
    own = [part for part in parts if part.name in ("mine", "waiting")]
    unread = sum(row.unread or row.is_new for part in own for row in part.rows[:PAGE])
    return f"{unread}+" if any(part.has_more or len(part.rows) > PAGE for part in own) else str(unread)


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
