"""Assignment: waiting conversations go to agents who have room, where a Page's rules say so."""

import logging

from django.db import connection, transaction
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from agents.roles import ANSWER
from console import tasks
from console.models.conversation.inbox import InboxQuerySet
from console.models.handover.cause import Cause
from console.models.refusals import Refused
from personas.models import Page

LOCK = 5_290_001  # of PostgreSQL's advisory locks: one at a time assigns, and so counts right
GAVE_IT_UP = [Cause.RETURNED, Cause.TRANSFERRED, Cause.NO_ANSWER]

logger = logging.getLogger(__name__)


class AssignmentQuerySet(InboxQuerySet):
    def assign_later(self):
        transaction.on_commit(tasks.assign.delay, robust=True)

    def assignable(self):
        """Filter to waiting conversations, except on a disconnected Page, where nobody could answer."""
        return self.waiting().filter(page__rules__assigns=True).exclude(page__state__in=Page.State.ended())

    def assign(self):
        """Assign conversations, the longest wait first, until no agent has room for another one."""
        without = Q(pk=None)  # one round for each assigned conversation, and for each Page and team without a candidate
        while conversation := self.assignable().exclude(without).select_related("page", "team").first():
            without |= assign_one(conversation)


def assign_one(conversation):
    """Assign the conversation to the best agent.

    Return a condition for conversations to skip in this round from now on.
    """
    try:
        return _assign(conversation)
    except Refused:  # another agent was faster, or this one has just gone away
        return Q(pk=conversation.pk)
    except Exception:  # after any error: the conversations behind it must not wait for ever
        logger.exception("Conversation %s could not be assigned", conversation.pk)
        return Q(pk=conversation.pk)


@transaction.atomic
def _assign(conversation):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    candidates = list(_candidates(conversation)[:2])
    agent = next((agent for agent in candidates if agent.pk != _given_up_by(conversation)), None)
    # Lock the agent's row before the conversation's, as leaving does.
    if agent and type(agent).objects.present().filter(pk=agent.pk).update(assigned_at=timezone.now()):
        conversation.assign(agent)
    return Q(pk=conversation.pk) if candidates else Q(page=conversation.page_id, team=conversation.team_id)


def _candidates(conversation):
    """Return present agents with room for it: first those with the fewest conversations, then the longest without."""
    agents = conversation.page.agents().who_may(ANSWER).present()
    if conversation.team_id:
        agents = agents.filter(pk__in=conversation.team.members.values("pk"))
    theirs = type(conversation).objects.open().filter(agent=OuterRef("pk")).values("agent")
    held = Coalesce(Subquery(theirs.annotate(count=Count("pk")).values("count")), 0)
    with_room = agents.annotate(held=held).filter(held__lt=F("capacity"))
    return with_room.order_by("held", F("assigned_at").asc(nulls_first=True), "pk")


def _given_up_by(conversation):
    """Return the key of the agent who has just given it up: it is not assigned to them again."""
    last = conversation.handovers.latest_change()
    return last.from_agent_id if last and last.cause in GAVE_IT_UP else None
