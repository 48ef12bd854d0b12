"""Call agents by news: at their open desks by a live update, and on their devices by Web Push."""

from django.apps import apps
from django.db import models

from agents.models import Agent
from console import live, tasks
from console.calls.deciding import is_called
from console.calls.news import OF_QUEUE, OF_TEAM, Item, News
from console.calls.team import of_team


class CallRulesQuerySet(models.QuerySet):
    def call_agents(self, items):
        """Call the agents whom these items of news are for."""
        called = self.agents_by_item([Item(*item) for item in items])
        if topics := [self._topic(item, agent) for item, agents in called for agent in agents]:
            live.publish(*topics)
            tasks.call_devices.delay([(*item[:2], [one.pk for one in agents]) for item, agents in called])

    def _topic(self, item, agent):
        return f"call-{agent.pk}-{item.conversation_id}-{self.model.of(agent).volume}-{item.news}"

    def agents_by_item(self, items):
        """Return pairs of an item and the agents whom it calls. Only the number of queues adds queries."""
        candidates = _Candidates(items)
        return [
            (item, [one for one in candidates.of(item) if self._is_called(item, one, candidates)]) for item in items
        ]

    def _is_called(self, item, agent, candidates):
        rules = self.model.of(agent)
        if item.news == News.QUEUE_WAITS and rules.queue_after != item.minutes:
            return False
        return is_called(
            item.news,
            rules.choices,
            rules.time_of_day,
            is_concerned=agent.pk == item.agent_id,
            is_there=agent.is_present or agent.is_auto_away,
            caused_it=item.news in OF_TEAM and agent.pk == candidates.causes.get(item.conversation_id),
        )


class _Candidates:
    """The agents whom items of news may call, and the agents behind those for teams."""

    def __init__(self, items):
        queued = {item.conversation_id for item in items if item.news in OF_TEAM}
        conversations, handovers = apps.get_model("console.Conversation").objects, apps.get_model("console.Handover")
        self._conversations = conversations.with_page().in_bulk(queued) if queued else {}
        self._agents = _agents().in_bulk({item.agent_id for item in items if item.agent_id})
        self.causes = handovers.objects.latest_causers(queued) if queued else {}
        self._of_teams = {}

    def of(self, item):
        if item.news not in OF_TEAM:
            return [self._agents[item.agent_id]] if item.agent_id in self._agents else []
        conversation = self._conversations.get(item.conversation_id)
        return self._of_team(conversation, item.news) if conversation else []

    def _of_team(self, conversation, news):
        """Read the agents of each queue once for all its news."""
        queue = conversation.page_id, conversation.team_id, news in OF_QUEUE
        if queue not in self._of_teams:
            self._of_teams[queue] = list(of_team(conversation, news).select_related("call_rules"))
        return self._of_teams[queue]


def _agents():
    return Agent.objects.working().select_related("call_rules").order_by()
