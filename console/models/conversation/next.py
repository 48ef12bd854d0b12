"""The next conversation of an agent: the one to look at, and the one to take from the queue."""

from django.db import transaction
from django.utils.translation import gettext as _

from console.models.conversation.transitions import TransitionsQuerySet
from console.models.refusals import Refused
from personas.models import Page


class NobodyWaits(Refused):
    """No conversation waits in the queue of these teams."""


class NextQuerySet(TransitionsQuerySet):
    def next_for(self, agent, teams):
        """Return the agent's conversation that waits longest for an answer; else the longest wait in the queue, or
        None.
        """
        answerable = self._answerable_by(agent)
        own = answerable.held_by(agent).filter(waiting_since__isnull=False)
        return own.first() or answerable.waiting_for(teams).first()

    def take_next(self, agent, teams):
        """Take the longest wait from the queue of these teams, and return it.

        Agents who do so at once get one each: whoever comes second waits for the lock of the first row, finds that it
        is not in the queue any more, and goes on to the next one.
        """
        with transaction.atomic():
            conversation = self._answerable_by(agent).waiting_for(teams).select_for_update().first()
            if conversation is None:
                raise NobodyWaits(_("Nobody is waiting any more: the last one has just been taken care of."))
            conversation.take(agent)
        return conversation

    def _answerable_by(self, agent):
        return self.on(Page.objects.open_to(agent).exclude(state__in=Page.State.ended()).order_by().only("pk"))
