"""Listeners in groups of equal rights, and the Pages that such a group may see."""

from collections import defaultdict

from console.queue.viewers import viewers
from personas.models import Page


def by_rights(listeners):
    """Return {Rights: listeners}, and the moment by the database's clock. Listeners without a log-in are left out."""
    by_session = defaultdict(list)
    for listener in listeners:
        by_session[listener.session_key].append(listener)
    found, moment = viewers({key: those[0].agent_id for key, those in by_session.items()})
    return {rights: [each for key in keys for each in by_session[key]] for rights, keys in found.items()}, moment


def all_pages():
    return list(Page.objects.prefetch_related("groups").only("is_open_to_all"))


def visible(pages, rights):
    """Return the keys of those Pages that agents with these rights may see."""
    return frozenset(page.pk for page in pages if rights.may_see(page))
