"""Read which views an agent may use, and which of some conversations each view finds."""

from collections import defaultdict

from django.db.models import Q, Value

from console.infrastructure.compiled import Compiled, Given, GivenList
from console.models.shared import Scope
from console.saved_views.conditions import matching
from console.saved_views.models import SavedView

MOST = 50  # views in one queue


def _views(condition):
    return Compiled(
        lambda: SavedView.objects.filter(condition).select_related("label", "custom_field").order_by("name", "pk")
    )


OF_AGENT = _views(Q(author=Given("agent")) | ~Q(scope=Scope.OWN))
OF_AGENTS = _views(Q(author__pk__any=GivenList("agents")) | ~Q(scope=Scope.OWN))
WITH_KEYS = _views(Q(pk__any=GivenList("keys")))


def visible_views(agent_id, rights, pages):
    """Return the views that an agent with these rights may use. pages: the keys of the Pages that they may see."""
    return [view for view in OF_AGENT(agent=agent_id) if view.is_visible_with(agent_id, rights, pages)][:MOST]


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
