"""Find the colleagues of an agent."""

from django.db.models import Q

from agents.models import Agent
from personas.models import Page


def colleagues_of(agent):
    """Return the other agents with whom this one has a Page in common."""
    pages = Page.objects.open_to(agent).order_by()
    others = Agent.objects.working().exclude(pk=agent.pk)
    if agent.is_superuser or pages.filter(is_open_to_all=True).exists():
        return others
    return others.filter(Q(is_superuser=True) | Q(groups__page__in=pages.values("pk"))).distinct()
