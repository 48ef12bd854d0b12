"""Changed rows in the saved views that browsers show, and the numbers of all views."""

from functools import partial

from django.db import connection
from django.utils.translation import get_language

from console.live.events import event, hello
from console.live.groups import all_pages, by_rights, visible
from console.live.rendering import rendered
from console.models.conversation.inbox import place_text
from console.queue.row_html import row_html
from console.saved_views.counts import new_counts
from console.saved_views.reading import OF_AGENTS, WITH_KEYS, places_of


class ViewRows:
    """The changed rows of a batch in open views. One query finds which view shows which row."""

    def __init__(self, keys, loaded):
        self._loaded, self._views, self._events = loaded, WITH_KEYS(keys=[*keys]), {}
        self._places = places_of(self._views, [row.pk for row in loaded.rows])
        self._pages = all_pages()

    def pieces_for(self, rights, listeners):
        """Yield pairs of listeners and the function that renders their events, for each view that some of them show."""
        pages = visible(self._pages, rights)
        rows = [row for row in self._loaded.rows if row.page_id in pages]
        for view in self._views:
            open_in = [each for each in listeners if view.pk in each.views]
            may_see = [each for each in open_in if view.is_visible_with(each.agent_id, rights, pages)]
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

    is_due: have browsers ask for open views whose rows change with time.
    """
    try:
        views = OF_AGENTS(agents=[*{listener.agent_id for listener in listeners}])
        return list(_numbers(views, listeners, is_due)) if views else []
    finally:
        connection.close()


def _numbers(views, listeners, is_due):
    groups, _moment = by_rights(listeners)
    counts, known = new_counts(views), all_pages()
    for rights, those in groups.items():
        pages = visible(known, rights)
        said = {view: _said(view, *counts.of(view, pages)) for view in views}
        for listener in those:
            usable = [view for view in views if view.is_visible_with(listener.agent_id, rights, pages)]
            if usable:
                yield [listener], event(" ".join(["view-counts", *(said[view] for view in usable)]))
            if is_due and any(view.changes_with_time and view.pk in listener.views for view in usable):
                yield [listener], event("views")


def _said(view, total, unread):
    """Return the numbers as two words. A browser shows no unread messages as nothing."""
    return f"{view.section_name}={total} {view.section_name}-unread={unread or ''}"


def _row_event(row, view, place, at):
    if place is None:
        return event(f"row nowhere {at.timestamp():.6f}", f'<li id="row-{row.pk}-{view.section_name}"></li>')
    html = row_html(row, view.section_name, place=place_text(place, row.pk))
    return event(f"row {view.section_name} {at.timestamp():.6f}", html)
