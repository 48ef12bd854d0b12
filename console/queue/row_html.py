"""Rows of the queue as HTML. A process renders a row once, and again when something that it shows has changed."""

import time

from django.template.loader import render_to_string
from django.utils.translation import get_language

from console.infrastructure.kept_html import KeptHtml
from console.wording import holders

MOST = 8_000_000  # bytes

kept = KeptHtml(MOST)


def row_html(row, section, is_current=False, note=None, place=None):
    """Return the row of a conversation in this section.

    is_current: the browser shows the conversation. note: the one that mentions the agent, in the section for that.
    place: its place in the order of the section, if that is not the order by rank.
    """
    place = place or row.row_place
    context = {"conversation": row, "section": section, "is_current": is_current, "note": note, "place": place}
    context["is_in_view"] = section.startswith("view-")
    shown = (*_shown(row, section, is_current), place, *([note.pk, note.text, str(note.author)] if note else []))
    return kept.of(shown, lambda: render_to_string("conversations/_row.html", context))


def _shown(row, section, is_current):
    """Return the values that the HTML of a row depends on. A change of the conversation itself raises its revision."""
    came_by = repr(row.came_by)  # it is a dict, which cannot be part of a key
    conversation = (row.pk, row.revision, row.has_failed, row.has_unknown, came_by, row.messaging_window)
    others = (str(row.customer), row.customer.picture.name, holders.in_row(row), str(row.team), row.reason_id)
    labels = tuple((label.name, label.colour) for label in row.shown_labels)
    minute = time.time() // 60  # it says how long a customer waits, and how long the window is open
    return section, is_current, conversation, others, labels, minute, get_language()
