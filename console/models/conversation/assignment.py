"""Who gets what waits, where a Page's rules say that nobody has to come and take it."""

import logging

from django.db import connection, models, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from console import tasks
from console.models.conversation.transitions import CannotReceive, TakenByAnother
from console.models.handover import Cause
from personas.models import Page

LOCK = 5_290_001  # of PostgreSQL's advisory locks: one at a time hands out, and so counts right
GAVE_IT_UP = [Cause.RETURNED, Cause.TRANSFERRED, Cause.NO_ANSWER]

logger = logging.getLogger(__name__)


class AssignmentQuerySet(models.QuerySet):
    def assign_later(self):
        transaction.on_commit(tasks.assign.delay, robust=True)

    def assignable(self):
        """Not on a disconnected Page, where nobody could answer."""
        return self.waiting().filter(page__rules__assigns=True).exclude(page__state__in=Page.State.ended())

    def assign(self):
        """What waits goes to those who have room, the longest wait first, until nobody has room for any."""
        without = Q(pk=None)  # so many rounds as are assigned, and one for each Page and team that has nobody
        while conversation := self.assignable().exclude(without).select_related("page", "team").first():
            without |= conversation.find_agent()


class Assignment:
    """The part of a Conversation that goes to agents by itself."""

    def find_agent(self):
        """Give it to whom it should go. Returns what need not be looked at again, now that this is known."""
        try:
            return self._give_to_whom_it_should_go()
        except (TakenByAnother, CannotReceive):  # somebody was quicker, or went away in this moment
            return Q(pk=self.pk)
        except Exception:  # whatever it is, those behind it must not wait for ever
            logger.exception("Conversation %s could not be assigned", self.pk)
            return Q(pk=self.pk)

    @transaction.atomic
    def _give_to_whom_it_should_go(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        candidates = list(self._candidates()[:2])
        agent = next((agent for agent in candidates if agent.pk != self._given_up_by()), None)
        # The agent's row first and then the conversation's: leaving locks them in this order too.
        if agent and type(agent).objects.present().filter(pk=agent.pk).update(assigned_at=timezone.now()):
            self.assign(agent)
        return Q(pk=self.pk) if candidates else Q(page=self.page_id, team=self.team_id)

    def _candidates(self):
        """Those who are there, may have it and have room: who has the fewest, then who got none for longest."""
        agents = self.page.agents().present()
        if self.team_id:
            agents = agents.filter(pk__in=self.team.members.values("pk"))
        theirs = type(self).objects.open().filter(agent=OuterRef("pk")).values("agent")
        held = Coalesce(Subquery(theirs.annotate(count=Count("pk")).values("count")), 0)
        with_room = agents.annotate(held=held).filter(held__lt=F("capacity"))
        return with_room.order_by("held", F("assigned_at").asc(nulls_first=True), "pk")

    def _given_up_by(self):
        """The agent from whom it has just come: it does not go back there by itself."""
        last = self.handovers.exclude(cause=Cause.REQUESTED).in_order().last()
        return last.from_agent_id if last and last.cause in GAVE_IT_UP else None
