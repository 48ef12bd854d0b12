"""The numbers beside the sections of the queue, as they change."""

from django.db import connection

from console.live.events import event
from console.queue.counts import new_counts
from console.queue.viewers import viewers
from personas.models import Page


def changed_numbers(listeners):
    """Return (listener, event) for each whose numbers are not those that it was sent last."""
    try:
        by_session = {}
        for listener in listeners:
            by_session.setdefault(listener.session_key, []).append(listener)
        groups, _moment = viewers({key: those[0].agent_id for key, those in by_session.items()})
        pages, counts = list(Page.objects.prefetch_related("groups").only("is_open_to_all")), new_counts()
        return [
            found
            for rights, keys in groups.items()
            for found in _changed(counts, rights, pages, [each for key in keys for each in by_session[key]])
        ]
    finally:
        connection.close()


def _changed(counts, rights, pages, listeners):
    visible = [page.pk for page in pages if rights.may_see(page)]
    for listener in listeners:
        numbers = counts.of(visible, listener.agent_id, rights.teams)
        if numbers != listener.numbers:
            listener.numbers = numbers
            said = " ".join(f"{section}={number}" for section, number in numbers.items())
            yield listener, event(f"counts {counts.at.timestamp():.6f} {said}")
