"""The numbers beside the sections of the queue, after each change of a row."""

from collections import defaultdict

from django.db import connection

from console.live.events import event
from console.queue.counts import new_counts
from console.queue.viewers import viewers
from personas.models import Page


def numbers_of(listeners):
    """Return pairs of listeners and the event with their numbers.

    The event is sent even if no number differs from the last one: a page may have shown a number from between the two.
    """
    try:
        by_session = defaultdict(list)
        for listener in listeners:
            by_session[listener.session_key].append(listener)
        groups, _moment = viewers({key: those[0].agent_id for key, those in by_session.items()})
        pages, counts = list(Page.objects.prefetch_related("groups").only("is_open_to_all")), new_counts()
        equal = defaultdict(list)
        for rights, keys in groups.items():
            visible = [page.pk for page in pages if rights.may_see(page)]
            for listener in [each for key in keys for each in by_session[key]]:
                equal[tuple(counts.of(visible, listener.agent_id, rights.teams).items())].append(listener)
        return [(those, _event(counts, numbers)) for numbers, those in equal.items()]
    finally:
        connection.close()


def _event(counts, numbers):
    said = " ".join(f"{section}={number}" for section, number in numbers)
    return event(f"counts {counts.at.timestamp():.6f} {said}")
