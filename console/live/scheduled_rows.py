"""Rows of scheduled replies that changed. An agent's own rows stand before those of colleagues."""

from functools import partial

from django.db.models.functions import Now
from django.template.loader import render_to_string

from console.live.events import event
from console.live.languages import once_in_each_language
from console.models import ScheduledReply


class ScheduledRows:
    """Rows of scheduled replies, rendered once for their authors, and once for all colleagues, in each language."""

    def __init__(self, keys):
        found = _load(keys) if keys else []
        self._rows = [(reply, _once(reply, is_own=True), _once(reply, is_own=False)) for reply in found]

    def events_for(self, rights):
        """Yield (author's key, event for the author, event for colleagues) for each reply that these agents may see.

        The events are functions that render them.
        """
        for reply, own, of_colleague in self._rows:
            if rights.may_see(reply.conversation.page):
                yield reply.author_id, own, of_colleague


def _load(keys):
    found = ScheduledReply.objects.filter(pk__in=keys).for_row().select_related("conversation__page")
    found = found.defer("conversation__page__token").prefetch_related("conversation__page__groups")
    return found.annotate(asked_at=Now())


def _once(reply, is_own):
    return once_in_each_language(partial(_event, reply, is_own))


def _event(reply, is_own):
    reply.is_own = is_own
    section = "scheduled" if reply.is_in_queue else "nowhere"
    html = render_to_string("scheduled_replies/_row.html", {"reply": reply})
    return event(f"row {section} {reply.asked_at.timestamp():.6f}", html)
