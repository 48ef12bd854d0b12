"""From hand to hand: how a change of holder is made, written down and told, under the conversation's lock."""

from django.utils import timezone

from console.models.bot_event.bot_event import BotEvent
from console.models.conversation.summary import summary
from console.models.handover import Call, Cause, Handover, Holder

CALLS = {
    Cause.ASKED,
    Cause.HANDED_OVER,
    Cause.BOT_DOWN,
    Cause.NO_BOT,
    Cause.NOT_TOLD,
    Cause.CONTROL_BACK,
    Cause.NOT_SENT,
}
PUTS_BACK = {Cause.RETURNED, Cause.NO_ANSWER, Cause.AWAY, Cause.LEFT, Cause.NO_ACCESS}
SHOWN = 200  # characters of what the customer asked for


class Handing:
    """The part of a Conversation through which every change of holder goes."""

    def _wake(self, text, payload):
        """The customer wrote: who has to answer?"""
        was_closed, self.closed_at = not self.is_open, None
        if was_closed and self.holder != self._usual_holder():  # the Page got a bot meanwhile, or lost it
            self._give(self._usual_holder(), Cause.REOPENED)
        elif was_closed and self.holder == Holder.QUEUE:
            self._line_up()
        elif self.holder == Holder.QUEUE:
            self._say_that_closed()
        if self.holder != Holder.BOT:
            return
        if not self.rules.has_bot:
            self._hand_over(Cause.NO_BOT)
        elif self.rules.asks_for_person(text, payload):
            self._hand_over(Cause.ASKED, note=text[:SHOWN])
        elif self.rules.is_bot_down:
            self._hand_over(Cause.BOT_DOWN, note=self.rules.bot_error)

    def _hand_over(self, cause, note="", summary="", skill=""):
        self.waiting_since = self.waiting_since or timezone.now()
        self._give(Holder.QUEUE, cause, team=self.rules.team_for(skill), note=note, summary=summary)

    def _line_up(self):
        """It waits for people from now on."""
        self._say_that_closed()
        if self.rules.assigns:
            type(self).objects.assign_later()

    def _give_to(self, agent, cause, by=None, note=""):
        is_other_face = bool(self.rules.sentence) and self._is_other_face(agent)
        self._give(Holder.AGENT, cause, agent=agent, team=self.team, by=by, note=note)
        self._expect_answer()
        if is_other_face:
            self._introduce(agent)
        self.is_new = by is None or by.pk != agent.pk
        if not self.is_new:
            self.unread = 0

    def _close(self, by=None):
        for_bot = summary(self) if by and self.rules.has_bot else ""
        self._give(self._usual_holder(), Cause.CLOSED, by=by, summary=for_bot)
        self.closed_at, self.waiting_since, self.unread = timezone.now(), None, 0

    def _usual_holder(self):
        return Holder.BOT if self.rules.has_bot else Holder.QUEUE

    def _give(self, holder, cause, *, agent=None, team=None, app="", by=None, note="", summary=""):
        """Who holds it from now on. Nothing but this changes it."""
        before = self.holder
        handover = self._write_down(holder, cause, agent=agent, team=team, app=app, by=by, note=note, summary=summary)
        self.holder, self.agent, self.team, self.elsewhere_app = holder, agent, team, app
        if not self._waits_for_the_same_reason(before, handover):
            self.reason = handover
        self.held_since, self.closed_at, self.is_new, self.answer_by = handover.at, None, False, None
        if holder == Holder.BOT and self.rules.bot_app_id and not _has_it_already(before, cause):
            self._call_facebook(Call.PASS)
        elif holder in (Holder.AGENT, Holder.QUEUE) and self.is_controlled_elsewhere:
            self._call_facebook(Call.TAKE)
        if before != holder or holder == Holder.AGENT:
            BotEvent.objects.tell(handover)
        if holder == Holder.QUEUE and cause != Cause.CLOSED:
            self.unread = max(self.unread, self._unanswered().count())
            self._line_up()
        if before == Holder.AGENT:  # who has room for another
            type(self).objects.assign_later()
        return handover

    def _waits_for_the_same_reason(self, before, handover):
        """Who comes for it comes for the reason it waited for, and who puts it back without a note adds none."""
        if (before, handover.to_holder) == (Holder.QUEUE, Holder.AGENT):
            return handover.cause != Cause.NOT_SENT
        says_why = self.reason and (self.reason.note or self.reason.cause in CALLS)
        return bool(says_why) and not handover.note and handover.cause in PUTS_BACK

    def _unanswered(self):
        """What the customer has said since they wait."""
        asked = self.messages.filter(is_incoming=True, is_deleted=False)
        return asked.filter(at__gte=self.waiting_since) if self.waiting_since else asked.none()

    def _write_down(self, holder, cause, *, agent=None, team=None, app="", by=None, note="", summary=""):
        return Handover.objects.create(
            conversation=self,
            from_holder=self.holder,
            from_agent=self.agent,
            from_app=self.elsewhere_app,
            to_holder=holder,
            to_agent=agent,
            to_team=team if holder == Holder.QUEUE else None,
            to_app=app,
            by=by,
            cause=cause,
            note=note,
            summary=summary,
            at=self._next_moment(),
            revision=self.revision,
        )

    def _call_facebook(self, call):
        """Have the lane tell Facebook of the last change."""
        last = self.handovers.exclude(cause=Cause.REQUESTED).in_order().last()
        if last:
            self.handovers.filter(pk=last.pk).update(call=call, done_at=None, attempts=0, next_attempt_at=None)
            self.deliver_later()


def _has_it_already(before, cause):
    """By Facebook's leave: the bot's app took it itself, or had it all the time."""
    return cause == Cause.CONTROL_TAKEN or (before == Holder.BOT and cause != Cause.CONTROL_BACK)
