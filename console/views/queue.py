"""The queue in sections. Each section is read page by page, as far as the agent has opened it."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.http import Http404
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _

from console.faces.faces import faces_for
from console.live import publish_open_views
from console.models import Draft
from console.queue.counts import shared_counts
from console.queue.reading import own, read_rows, visible_pages
from console.queue.sections import MENTIONS, SCHEDULED
from console.queue.shown_section import MOST, PAGE, MentionsSection, ScheduledSection, Section
from console.queue.viewers import rights_of
from console.saved_views.reading import views_in_queue
from console.saved_views.section import ViewSection
from console.wording.pages import problem

MOST_DRAFTS = 200  # that rows show
PLACE = re.compile(r"(-?\d{1,18})-(\d{1,18})")  # rank in µs, and pk


def queue(request):
    """Render the queue alone for an open desk, with as many rows of each section as that desk shows."""
    context = queue_context(request, _open_in_browser(request))
    publish_open_views(request.headers.get("X-Stream", ""), [one.view.pk for one in context["views"] if one.is_read])
    return render(request, "conversations/_refresh.html", context)


def section(request, name):
    """Render one page of one section: the rows after `?after=PLACE` or before `?before=PLACE`, to be added to a desk,
    or a whole page for a browser without scripts.
    """
    found = find_section(request, name)
    end = found.goes_back and place(request, "before")
    if end:
        found.choose_before(PAGE, end)
    if not end or not (found.keys or request.htmx):  # without scripts, a page of nothing would lead nowhere
        found.choose(PAGE, after=place(request, "after"))
    read_sections([found], found.pages, above=number(request, "shown"))
    part = "conversations/_earlier.html" if end else "conversations/_more.html"
    return render(request, part if request.htmx else "conversations/section.html", {"section": found})


def find_section(request, name):
    """Find a section of the agent's queue, of which nothing is read yet, or raise Http404."""
    rights, moment = rights_of(request)
    pages = visible_pages(rights, None, moment)
    given = request.user, rights, pages, moment, _open_in_browser(request)
    sections = _views(*given) if name.startswith("view-") else _sections(*given)
    for each in sections:
        if each.name == name:
            return each
    raise Http404


def queue_context(request, current=None):
    after, (rights, moment) = _last_hello(request), rights_of(request)
    pages = visible_pages(rights, after, moment)
    has_mentions, holds_any, has_drafts, has_views, calling = own(request.user)
    given = request.user, rights, pages, moment, current
    sections, views = _sections(*given), _views(*given) if has_views else []
    is_there = {MENTIONS: has_mentions, "mine": holds_any, "snoozed": holds_any}
    for section in [*sections, *views]:
        _choose(request, section, after, is_there.get(section.name, True))
    rows = read_sections([section for section in [*sections, *views] if section.keys is not None], pages, also=calling)
    counts = shared_counts()
    numbers = counts.of(pages, request.user.pk, rights.teams)
    for section in sections:
        section.number = numbers.get(section.name)
    for view in views:
        view.count()
    return {
        "sections": sections,
        "views": views,
        "counted_at": counts.at,
        "unread": _unread(sections),
        "drafts": Draft.objects.newest_of(request.user, pages, MOST_DRAFTS) if has_drafts else [],
        "faces": faces_for(request.user, pages),
        "page_problems": [problem(page) for page in pages.values() if page.is_paused and not page.is_disconnected],
        "newly_assigned": [rows[pk] for pk in calling if pk in rows and pk != current],
    }


def _choose(request, section, after, is_there):
    """Choose the rows of a section that the desk shows, if it is unfolded. is_there: it may have any."""
    if not is_there:
        section.show([], has_more=False)
    elif not section.is_folded or section.name in request.GET:
        count = min(max(number(request, section.name), PAGE), MOST)
        begin = section.goes_back and place(request, f"{section.name}-from")
        if begin:
            section.choose_from(count, begin)
        elif not (after and section.share(count, after)):
            section.choose(count)


def read_sections(sections, pages, above=0, also=()):
    """Read the conversations that were chosen for these sections, and others, all at once; return {key: row}.

    above: the number of rows that the desk shows already.
    """
    rows = read_rows([*also, *(pk for section in sections for pk in section.keys)], pages)
    for section in sections:
        section.show(section.rows_among(rows), section.has_more, above)
    return rows


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


def _views(agent, rights, pages, moment, current):
    views = views_in_queue(agent.pk, rights, pages)
    return [ViewSection(view, agent, rights.teams, pages, moment, current) for view in views]


def _unread(sections):
    """Count the unread messages of the first rows of Mine and Waiting: "25", or "25+" when there are more rows.

    A conversation that a colleague transferred counts even if it has no unread message, and one in Mentions once more.
    """
    own = [section for section in sections if section.name in ("mine", "waiting")]
    unread = sum(row.unread or row.calls_holder for section in own for row in section.rows[:PAGE])
    unread += sum(len(section.rows) for section in sections if section.name == MENTIONS)
    return f"{unread}+" if any(map(_has_unshown, own)) else str(unread)


def _has_unshown(section):
    return section.has_more or section.has_earlier or len(section.rows) > PAGE


def place(request, name):
    """Return a place in an order of the queue, or None."""
    given = PLACE.fullmatch(request.GET.get(name, ""))
    return given and (timedelta(microseconds=int(given[1])), int(given[2]))


def number(request, name):
    """Return a number of the query, or 0."""
    given = request.GET.get(name, "")
    return int(given) if re.fullmatch(r"[0-9]{1,6}", given) else 0


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
