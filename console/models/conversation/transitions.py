"""Transitions from one holder to another. `change_holder` alone makes them, and writes the history."""

from contextlib import suppress

from django.utils import timezone

from console.models.bot_event.bot_event import BotEvent
from console.models.conversation import automatic_messages
from console.models.conversation.checks import (
    check_all_delivered_to_bot,
    check_all_seen,
    check_can_receive,
    check_connected,
    check_has_bot,
    check_may_answer,
    check_may_close,
    check_may_transfer,
    check_no_colleague_holds,
    check_nothing_scheduled,
    check_open,
    check_required_fields,
)
from console.models.conversation.holding import Holding
from console.models.conversation.summary import summary
from console.models.conversation.thread_order import next_moment
from console.models.conversation.waiting import Waiting, WaitingQuerySet
from console.models.handover.cause import Cause
from console.models.handover.delivery import Call
from console.models.handover.handover import Handover
from console.models.holder import Holder
from console.models.refusals import TakenByAnother

TAKE_OVER = "console.take_over_conversation"  # the permission
MAX_REQUEST = 200  # characters of the message in which the customer asked for a person


class TransitionsQuerySet(WaitingQuerySet):
    def begin(self, customers):
        """Begin conversations with these customers. They are closed until the customer's first message opens them."""
        new = [self.model(page=customer.page, customer=customer, closed_at=timezone.now()) for customer in customers]
        for conversation in new:
            conversation.holder = conversation.default_holder
        self.bulk_create(new, ignore_conflicts=True)

    def return_to_queue(self):
        """Return these conversations to the queue: their agents have left, or may not see them any more.

        They are locked in the same order as by workers that process webhooks, to avoid deadlocks.
        """
        for conversation in self.open().select_related("agent").order_by("customer__psid", "pk"):
            with suppress(TakenByAnother):  # another agent has it meanwhile
                cause = Cause.NO_ACCESS if conversation.agent.is_active else Cause.LEFT
                conversation.return_to_queue(conversation.agent, cause)

    def hand_over_unanswered(self, error="", cause=Cause.BOT_DOWN):
        """Hand over every conversation whose customer waits for the bot, which does not answer."""
        for conversation in self.waiting_for_bot().order_by("customer__psid", "pk"):
            conversation.hand_over_unanswered(error, cause)


class Transitions(Waiting):
    """The slice of a Conversation that changes its holder. Each verb locks the row, so that two of them never mix."""

    class Meta(Holding.Meta):
        abstract = True

    # By agents

    def take(self, agent):
        """Take the conversation from the queue, the bot or elsewhere."""
        with self.changing():
            check_no_colleague_holds(self, agent)
            check_open(self)
            self._give_to(agent)

    def take_over(self, agent):
        """Take the conversation over from a colleague who is away; with the permission, also from a present one."""
        with self.changing():
            if self.agent and self.agent.is_present and not agent.has_perm(TAKE_OVER):
                check_no_colleague_holds(self, agent)
            self._give_to(agent)

    def reopen(self, agent):
        """Reopen a closed conversation for the agent. If it is open by now, the agent takes it."""
        with self.changing():
            check_no_colleague_holds(self, agent)
            self._give_to(agent)

    def return_to_queue(self, agent, cause=Cause.RETURNED):
        """Return the conversation to its team's queue."""
        with self.changing():
            self.check_held_by(agent)
            self.change_holder(Holder.QUEUE, cause, team=self.team, by=agent)

    def transfer(self, agent, *, to=None, team=None, note="", can_undo=False):
        """Transfer the conversation to a present colleague, or into a team's queue.

        With the right, an agent also transfers what a colleague holds, who then cannot undo it.
        """
        with self.changing():
            check_may_transfer(self, agent)
            check_connected(self)
            can_undo = can_undo and self.is_held_by(agent)
            if to is None:
                self.change_holder(Holder.QUEUE, Cause.TRANSFERRED, team=team, by=agent, note=note, can_undo=can_undo)
            elif to.pk != self.agent_id:
                check_can_receive(self, to)
                self._assign_to(to, Cause.TRANSFERRED, by=agent, note=note, can_undo=can_undo)

    def hand_back(self, agent, note="", cause=Cause.HANDED_BACK, seen=None, can_undo=False):
        """Hand the conversation back to the bot, with a summary. seen: the last message that the agent has seen."""
        with self.changing():
            self.check_held_by(agent)
            check_has_bot(self)
            check_all_seen(self, until=seen)
            check_nothing_scheduled(self, agent)
            for_bot = summary(self, note)
            self.change_holder(Holder.BOT, cause, by=agent, note=note, summary=for_bot, can_undo=can_undo)

    def close(self, agent, seen=None, can_undo=False):
        """Close the conversation until the customer writes again. agent: None if the bot closes it.

        seen: the id of the last message that the agent or the bot has seen. A newer one of the customer keeps it open.
        """
        with self.changing():
            check_may_close(self, agent)
            check_all_seen(self, until=seen)
            if agent and self.is_open:
                check_required_fields(self, agent)
            check_nothing_scheduled(self, agent)
            if agent is None and seen is None:
                check_all_delivered_to_bot(self)
            if self.is_open:
                for_bot = summary(self) if agent and self.rules.has_bot else ""
                self.change_holder(self.default_holder, Cause.CLOSED, by=agent, summary=for_bot, can_undo=can_undo)
                self.mark_closed()
                self.stop_waiting()

    # By the bot

    def hand_over(self, cause=Cause.HANDED_OVER, note="", summary="", skill=""):
        """Hand the conversation over from the bot into the queue of the team with the skill, if there is one."""
        with self.changing():
            self.check_held_by(None)
            self.put_in_queue(cause, note, summary, skill)

    def resume(self):
        """Let the bot resume the conversation, if no agent has taken it yet."""
        with self.changing():
            if self.holder not in (Holder.QUEUE, Holder.BOT):
                raise TakenByAnother(self)
            if self.holder == Holder.QUEUE:
                check_has_bot(self)
                self.change_holder(Holder.BOT, Cause.RESUMED, summary=summary(self))

    # By rule

    def assign(self, agent):
        """Assign the conversation from the queue to an agent whom the rules chose."""
        with self.changing():
            if self.holder != Holder.QUEUE or not self.is_open:
                raise TakenByAnother(self)
            check_can_receive(self, agent)
            self._assign_to(agent, Cause.ASSIGNED)

    def hand_over_unanswered(self, error, cause=Cause.BOT_DOWN):
        """Hand it over if the customer waits for the bot, which does not answer; return whether they did."""
        with self.changing():
            is_bots = self.is_open and self.holder == Holder.BOT
            has_waited = is_bots and (self.waiting_since is not None or BotEvent.objects.have_words_of(self))
            if has_waited:
                self.put_in_queue(cause, note=error)
        return has_waited

    # Under the lock

    def choose_holder(self, text, payload):
        """Choose the holder who has to answer what the customer has just written."""
        was_closed, self.closed_at = not self.is_open, None
        if was_closed and self.holder != self.default_holder:  # the Page has got or lost its bot meanwhile
            self.change_holder(self.default_holder, Cause.CUSTOMER_WROTE)
        elif was_closed and self.holder == Holder.QUEUE:
            self._enter_queue()
        elif self.holder == Holder.QUEUE:
            automatic_messages.announce_closed_hours(self)
        if self.holder != Holder.BOT:
            return
        if not self.rules.has_bot:
            self.put_in_queue(Cause.NO_BOT)
        elif self.rules.asks_for_person(text, payload):
            self.put_in_queue(Cause.ASKED, note=text[:MAX_REQUEST])
        elif self.rules.is_bot_down:
            self.put_in_queue(Cause.BOT_DOWN, note=self.rules.bot_error)

    def put_in_queue(self, cause, note="", summary="", skill=""):
        """Let the customer wait for people, those of the team with the skill if there is one."""
        self.start_waiting()
        self.change_holder(Holder.QUEUE, cause, team=self.rules.team_for(skill), note=note, summary=summary)

    def assume_elsewhere(self, app_id):
        """Correct the holder: another app already had the conversation, and no webhook had said so."""
        self.holder, self.elsewhere_app = Holder.ELSEWHERE, app_id

    def mark_closed(self):
        self.closed_at = timezone.now()

    def change_holder(
        self, holder, cause, *, agent=None, team=None, app="", by=None, note="", summary="", can_undo=False
    ):
        """Change the holder; return the handover. No other code writes the holder.

        can_undo: `by` is offered to undo it.
        """
        before = self.holder
        handover = Handover.objects.record(
            self,
            next_moment(self),
            to_holder=holder,
            to_agent=agent,
            to_team=team if holder == Holder.QUEUE else None,
            to_app=app,
            by=by,
            cause=cause,
            note=note,
            summary=summary,
            undo_until=Handover.end_of_undo() if can_undo else None,
        )
        self.holder, self.agent, self.team, self.elsewhere_app = holder, agent, team, app
        self.held_since, self.closed_at = handover.at, None
        if not handover.keeps_reason():
            self.reason = handover
        self.note_new_holder(agent, by)
        self._follow_up(handover, before)
        return handover

    def _follow_up(self, handover, before):
        """Notify Facebook, the bot, the queue and assignment of a change of holder."""
        handover.notify_facebook()
        if before != self.holder or self.holder == Holder.AGENT:
            BotEvent.objects.announce(handover)
        if self.holder == Holder.QUEUE and handover.cause != Cause.CLOSED:
            self.note_entered_queue()
            if handover.undo_until and not handover.call and automatic_messages.closed_message(self):
                handover.enqueue(Call.ANNOUNCE, handover.undo_until)
            self._enter_queue()
        if Holder.AGENT in (before, self.holder):  # scheduled replies show whether they still can go out
            self.scheduled_replies.waiting().update(revision=self.revision)
        if before == Holder.AGENT:  # the agent has capacity for another one
            type(self).objects.assign_later()

    def _give_to(self, agent):
        """Change the holder to an agent who asks for the conversation, unless they hold it already."""
        if self.is_held_by(agent):
            return
        check_may_answer(self, agent)
        check_connected(self)
        cause = Cause.TAKEN_OVER if self.holder == Holder.AGENT else Cause.TAKEN
        if not self.is_open:
            cause = Cause.REOPENED
            self.resume_waiting()
        self._assign_to(agent, cause, by=agent)

    def _assign_to(self, agent, cause, by=None, **more):
        is_other_sender = automatic_messages.is_other_sender(self, agent)
        handover = self.change_holder(Holder.AGENT, cause, agent=agent, team=self.team, by=by, **more)
        if is_other_sender and handover.undo_until and not handover.call:
            handover.enqueue(Call.ANNOUNCE, handover.undo_until)
        elif is_other_sender:
            automatic_messages.introduce(self, agent)

    def _enter_queue(self):
        automatic_messages.announce_closed_hours(self)
        if self.rules.assigns:
            type(self).objects.assign_later()
