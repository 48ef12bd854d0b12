"""The agents whom news of the queue or of a team may call, as a query."""

from django.db.models import Q

from agents.models import Agent
from agents.preferences import Calls
from console.calls.news import OF_QUEUE


def of_team(conversation, news):
    """Return the present agents who want such news, and in whose queue the conversation waits, or would wait."""
    calls = {Calls.ALL} if news in OF_QUEUE else {Calls.ALL, Calls.MINE}
    there = Q(is_present=True) | Q(is_auto_away=True)
    found = Agent.objects.working().filter(there, in_team(conversation.team_id), calls__in=calls)
    return found.filter(pk__in=conversation.page.agents().values("pk")).order_by().distinct()


def in_team(team_id):
    """Return the condition that an agent answers for this team; None is for any."""
    if team_id is None:
        return Q()
    return Q(teams=team_id) | Q(teams=None) | Q(is_superuser=True)
