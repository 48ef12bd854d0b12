"""The customers of whom an absent agent learns: their own, and those in queues of which nobody is present."""

from django.apps import apps
from django.db.models import Q

from console.calls.team import in_team

MOST = 50  # conversations


def unattended_by(agent):
    """Return the waiting conversations that this agent would answer, and nobody who is present does."""
    conversations = apps.get_model("console.Conversation").objects
    visible = conversations.visible_to(agent).filter(closed_at=None, waiting_since__isnull=False)
    own = visible.filter(agent=agent, is_snoozed=False)
    queued = visible.waiting().filter(_of_teams(agent)).with_page().select_related("team")
    queued = list(queued.order_by("waiting_since")[:MOST])
    attended = {queue for queue in {(one.page, one.team_id) for one in queued} if _is_attended(*queue)}
    keys = [one.pk for one in queued if (one.page, one.team_id) not in attended]
    found = visible.filter(Q(pk__in=own.values("pk")) | Q(pk__in=keys))
    return list(found.with_holder().order_by("waiting_since", "pk")[:MOST])


def _of_teams(agent):
    """Return the condition that a conversation waits in a queue of this agent."""
    teams = agent.teams.values("pk")
    return Q() if agent.is_superuser or not teams.exists() else Q(team=None) | Q(team__in=teams)


def _is_attended(page, team_id):
    return page.agents().present().filter(in_team(team_id)).exists()
