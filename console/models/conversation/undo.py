"""Undo of the last transition: for some seconds, the agent who made it can take it back."""

from console.models.bot_event.bot_event import BotEvent
from console.models.conversation import automatic_messages
from console.models.conversation.checks import check_connected, check_may_answer, check_untouched
from console.models.conversation.thread_order import STEP
from console.models.conversation.transitions import Transitions
from console.models.handover.cause import Cause
from console.models.holder import Holder


class Undo(Transitions):
    """The slice of a Conversation that takes a transition back, or ends the time for that."""

    class Meta(Transitions.Meta):
        abstract = True

    def undo(self, agent, handover):
        """Undo the change of holder that this agent has just made, unless it has led to anything.

        The change was made at once, so that a browser that goes away loses nothing and everybody sees who holds the
        conversation. Only bots are notified late: many speak as soon as they know.
        """
        with self.changing():
            if not self.is_held_by(agent):
                check_untouched(self, handover)
                check_may_answer(self, agent)
                check_connected(self)
                self._take_back(agent, handover)

    def announce(self, handover):
        """Announce the change to the customer, now that it can no longer be undone.

        The new agent is introduced above what they have replied since. For a queue, the customer is told if nobody is
        there.
        """
        with self.changing(is_listed=False):
            if not handover.withdraw_announcement():
                return
            if self.holder == Holder.QUEUE:
                automatic_messages.announce_closed_hours(self)
            elif handover.to_agent and self.is_held_by(handover.to_agent):
                automatic_messages.introduce(self, handover.to_agent, at=handover.at + STEP / 2)

    def _take_back(self, agent, handover):
        """Undo the handover, and restore the reason and the team. A bot that does not know yet is never notified."""
        if BotEvent.objects.retract(handover) and not handover.call:
            handover.row.update(summary="", revision=self.revision)
        if not self.is_open:
            self.resume_waiting()
        self.reason = self.team = None
        for earlier in handover.changes_before():
            self.reason = self.reason if earlier.keeps_reason() else earlier
            self.team = self.team if earlier.to_holder == Holder.AGENT else earlier.to_team
        self.change_holder(Holder.AGENT, Cause.UNDONE, agent=agent, team=self.team, by=agent)
        is_unknown = handover.withdraw_announcement()
        if handover.to_agent and not is_unknown:  # the customer was introduced to them
            automatic_messages.introduce(self, agent)
