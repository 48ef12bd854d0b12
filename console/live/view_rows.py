"""Changed rows in the saved views that browsers show, and the numbers of all views."""

from collections import defaultdict
from functools import partial

from django.db import connection
from django.utils.translation import get_language

from agents.preferences import QueueOrder
from console.live.events import event, hello
from console.live.groups import all_pages, by_rights, visible
from console.live.rendering import rendered
from console.models.conversation.inbox import place_text
from console.queue.row_html import row_html
from console.saved_views import counts
from console.saved_views.reading import WITH_KEYS, QueuesOfAgents, places_of


class ViewRows:
    """The changed rows of a batch in open views. One query finds which view shows which row."""

    def __init__(self, keys, loaded):
        views = WITH_KEYS(keys=[*keys])
        self._loaded, self._views, self._events = loaded, {view.pk: view for view in views}, {}
        self._places = places_of(views, [row.pk for row in loaded.rows])
        self._pages = all_pages()

    def pieces_for(self, rights, listeners):
        """Yield pairs of listeners and the function that renders their events, for each view that some of them show."""
        pages = visible(self._pages, rights)
        rows = [row for row in self._loaded.rows if row.page_id in pages]
        for key, open_in in _by_view(listeners).items():
            view = self._views.get(key)
            may_see = [each for each in open_in if view and view.is_visible_with(each.agent_id, rights, pages)]
            if may_see:
                yield may_see, partial(self._join, view, rows)

    def _join(self, view, rows):
        return b"".join(self._event(view, row) for row in rows)

    def _event(self, view, row):
        key = (view.pk, row.pk, get_language())
        if key not in self._events:
            place = self._places[view.pk].get(row.pk)
            self._events[key] = rendered(_row_event, row, view, place, self._loaded.at, otherwise=hello())
        return self._events[key]


def numbers_of_views(listeners, is_due):
    """Return pairs of listeners and the event with the numbers of their views.

    is_due: have browsers ask for open views whose rows change with time, and for a queue whose order does.
    """
    asking = [one for one in listeners if is_due and one.rights.order == QueueOrder.WINDOW]
    pieces = [(asking, event("views"))] if asking else []
    try:
        queues = QueuesOfAgents({listener.agent_id for listener in listeners})
        return [*pieces, *(_numbers(queues, listeners, is_due) if queues else [])]
    finally:
        connection.close()


def _numbers(queues, listeners, is_due):
    shown = list(_shown(queues, listeners))
    counts.count((view, pages) for _listener, views, pages in shown for view in views)
    for listener, views, pages in shown:
        if said := [words for view in views if (words := _said(view, counts.count_of(view, pages)))]:
            yield [listener], event(" ".join(["view-counts", *said]))
        if is_due and any(view.changes_with_time and view.pk in listener.views for view in views):
            yield [listener], event("views")


def _shown(queues, listeners):
    """Yield each listener with the views in its queue, and the keys of the Pages that its agent may see."""
    groups, _moment = by_rights(listeners)
    known = all_pages()
    for rights, those in groups.items():
        pages = visible(known, rights)
        shared = queues.shared_with(rights, pages)
        for listener in those:
            yield listener, queues.of(listener.agent_id, rights, pages, shared), pages


def _said(view, count):
    """Return the numbers as two words, or "" if they are not counted yet."""
    name = view.section_name
    return count and f"{name}={count.total_text} {name}-unread={count.unread_text}"


def _by_view(listeners):
    """Return {view's key: the listeners that show it}."""
    found = defaultdict(list)
    for listener in listeners:
        for key in listener.views:
            found[key].append(listener)
    return found


def _row_event(row, view, place, at):
    if place is None:
        return event(f"row nowhere {at.timestamp():.6f}", f'<li id="row-{row.pk}-{view.section_name}"></li>')
    html = row_html(row, view.section_name, place=place_text(place, row.pk))
    return event(f"row {view.section_name} {at.timestamp():.6f}", html)
