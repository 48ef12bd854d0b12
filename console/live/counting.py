"""The numbers beside the sections of the queue, after each change of a row."""

from collections import defaultdict

from django.db import connection

from console.live.events import event
from console.live.groups import all_pages, by_rights, visible
from console.queue.counts import new_counts


def numbers_of(listeners):
    """Return pairs of listeners and the event with their numbers.

    The event is sent even if no number differs from the last one: a page may have shown a number from between the two.
    """
    try:
        groups, _moment = by_rights(listeners)
        pages, counts = all_pages(), new_counts()
        equal = defaultdict(list)
        for rights, those in groups.items():
            shown = visible(pages, rights)
            for listener in those:
                equal[tuple(counts.of(shown, listener.agent_id, rights.teams).items())].append(listener)
        return [(those, _event(counts, numbers)) for numbers, those in equal.items()]
    finally:
        connection.close()


def _event(counts, numbers):
    said = " ".join(f"{section}={number}" for section, number in numbers)
    return event(f"counts {counts.at.timestamp():.6f} {said}")
