"""Read which views an agent may use, and which of some conversations each view finds."""

from collections import defaultdict
from operator import attrgetter

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Value

from console.infrastructure.compiled import Compiled, Given, GivenList
from console.models import Team
from console.models.shared import Scope
from console.saved_views.conditions import matching
from console.saved_views.models import SavedView

MOST = 50  # views in one queue
PAGES_OF_TEAM = Team.pages.through.objects.filter(team=OuterRef("for_team")).values("page")


def _views(condition):
    return Compiled(
        lambda: (
            SavedView.objects.filter(condition)
            .select_related("label", "custom_field")
            .annotate(pages_of_team=ArraySubquery(PAGES_OF_TEAM))
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


def places_of(views, conversations):
    """Return {view's key: {conversation's key: its place}} of those of the conversations that the views find.

    One query asks for all views.
    """
    found = defaultdict(dict)
    if views and conversations:
        parts = [
            matching(view).filter(pk__in=conversations).order_by().values_list(Value(view.pk), "pk", "place")
            for view in views
        ]
        for view, pk, place in parts[0].union(*parts[1:], all=True):
            found[view][pk] = place
    return found
