"""The customers of whom an absent agent learns: their own, and those in queues of which nobody is present."""

from django.apps import apps
from django.db.models import Q

from console.calls.team import in_team


def unattended_by(agent, is_attended):
    """Return the waiting conversations that this agent would answer, and nobody who is present does.

    is_attended: see below. A run for many agents gives one that remembers its answers.
    """
    conversations = apps.get_model("console.Conversation").objects
    visible = conversations.visible_to(agent).filter(closed_at=None, waiting_since__isnull=False)
    own = visible.filter(agent=agent, is_snoozed=False)
    queued = visible.waiting().filter(_of_teams(agent))
    queues = queued.order_by().values_list("page", "team").distinct()
    alone = [Q(page=page, team=team) for page, team in queues if not is_attended(page, team)]
    unattended = queued.filter(Q(*alone, _connector=Q.OR)) if alone else queued.none()
    found = visible.filter(Q(pk__in=own.values("pk")) | Q(pk__in=unattended.values("pk")))
    return found.order_by("waiting_since", "pk")


def is_attended(page_id, team_id):
    """Return whether anybody who is present answers the queue of this Page and team."""
    page = apps.get_model("personas.Page").objects.get(pk=page_id)
    return page.agents().present().filter(in_team(team_id)).exists()


def _of_teams(agent):
    """Return the condition that a conversation waits in a queue of this agent."""
    teams = agent.teams.values("pk")
    return Q() if agent.is_superuser or not teams.exists() else Q(team=None) | Q(team__in=teams)
