"""Read which views an agent may use, and which of some conversations each view finds."""

from collections import defaultdict
from operator import attrgetter

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, Value

from agents.compiled import Compiled, Given, GivenList
from console.models import Team
from console.models.shared import Scope
from console.saved_views.conditions import matching
from console.saved_views.models import SavedView
from personas.models import Page

MOST = 50  # views in one queue
AT_ONCE = 100  # views in one statement
PAGES_OF_TEAM = Team.pages.through.objects.filter(team=OuterRef("for_team")).values("page")
PAGES_OF_HOLDER = Page.objects.open_to_member(OuterRef("held_by")).order_by().values("pk")


def _views(condition):
    return Compiled(
        lambda: (
            SavedView.objects.filter(condition)
            .select_related("label", "custom_field")
            .annotate(pages_of_team=ArraySubquery(PAGES_OF_TEAM), pages_of_holder=ArraySubquery(PAGES_OF_HOLDER))
            .annotate(is_of_superuser=F("held_by__is_superuser"))
            .order_by("name", "pk")
        )
    )


OF_AGENT = _views(Q(author=Given("agent")) | ~Q(scope=Scope.OWN))
OF_AGENTS = _views(Q(author__pk__any=GivenList("agents")) | ~Q(scope=Scope.OWN))
WITH_KEYS = _views(Q(pk__any=GivenList("keys")))


def visible_views(agent_id, rights, pages):
    """Return the views that an agent with these rights may use. pages: the keys of the Pages that they may see."""
    pages = frozenset(pages)
    return [view for view in OF_AGENT(agent=agent_id) if view.is_visible_with(agent_id, rights, pages)]


def views_in_queue(agent_id, rights, pages):
    """Return those that the agent's queue has room for, their own first."""
    return sorted(visible_views(agent_id, rights, pages), key=attrgetter("is_shared"))[:MOST]


class QueuesOfAgents:
    """The views in the queues of many agents, found together as `views_in_queue` finds those of one."""

    def __init__(self, agents):
        self._own, self._shared = defaultdict(list), []
        for view in OF_AGENTS(agents=[*agents]):
            (self._shared if view.is_shared else self._own[view.author_id]).append(view)

    def __bool__(self):
        return bool(self._own or self._shared)

    def shared_with(self, rights, pages):
        """Return the shared views that any agent with these rights may use."""
        return [view for view in self._shared if view.is_visible_with(None, rights, pages)]

    def of(self, agent_id, rights, pages, shared):
        own = [view for view in self._own[agent_id] if view.is_visible_with(agent_id, rights, pages)]
        return [*own, *shared][:MOST]


def places_of(views, conversations):
    """Return {view's key: {conversation's key: its place}} of those of the conversations that the views find.

    One query asks for all views, or for so many of those that find different rows or in another order.
    """
    found, alike = defaultdict(dict), defaultdict(list)
    for view in views if conversations else []:
        alike[view.conditions, view.order].append(view)
    first = [those[0] for those in alike.values()]
    for begin in range(0, len(first), AT_ONCE):
        for key, pk, place in _places(first[begin : begin + AT_ONCE], conversations):
            found[key][pk] = place
    return {view.pk: found[those[0].pk] for those in alike.values() for view in those}


def _places(views, conversations):
    parts = [
        matching(view).filter(pk__in=conversations).order_by().values_list(Value(view.pk), "pk", "place")
        for view in views
    ]
    return parts[0].union(*parts[1:], all=True)
