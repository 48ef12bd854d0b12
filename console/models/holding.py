"""Who holds a conversation: the bot, the queue, an agent, or somebody elsewhere. One at a time."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from console.models.handover import Call, Cause, Handover, Holder, app_name
from console.models.notice import Notice
from console.models.rules import Rules
from console.models.summary import summary

SHOWN = 200  # characters of what the customer asked for
TAKE_OVER = "console.take_over_conversation"  # the permission


class TakenByAnother(Exception):
    """Somebody else holds the conversation, or nobody does: `holder` says which, and `name` who."""

    def __init__(self, conversation):
        super().__init__(conversation.holder_name)
        self.holder, self.name = conversation.holder, conversation.holder_name


class CannotReceive(Exception):
    """Whom a conversation was to go to cannot have it; the text is a sentence that says why."""


class Holding:
    """The part of a Conversation that changes hands. Each verb locks the row: of two at once, one comes second."""

    @property
    def rules(self):
        return Rules.of(self.page)

    @property
    def is_open(self):
        return self.closed_at is None

    def is_held_by(self, agent):
        """By an agent, or with None by the bot."""
        if agent is None:
            return self.holder == Holder.BOT
        return self.is_open and self.agent_id == agent.pk

    @property
    def holder_name(self):
        if self.holder == Holder.AGENT:
            return str(self.agent)
        if self.holder == Holder.BOT:
            return self.page.bot_name or _("the bot")
        return app_name(self.elsewhere_app) if self.holder == Holder.ELSEWHERE else _("the queue")

    # By agents

    def take(self, agent):
        """From the queue, the bot, elsewhere, the closed ones, or a colleague who is away."""
        with self.changing():
            if self.is_held_by(agent):
                return
            if self.holder == Holder.AGENT and self.agent.is_present:
                raise TakenByAnother(self)
            if not self.is_open:
                self.waiting_since = self._unanswered_since()
            self._give_to(agent, Cause.TAKEN_OVER if self.holder == Holder.AGENT else Cause.TAKEN, by=agent)

    def take_over(self, agent):
        """From a colleague who is at work: for supervisors, and seen by all in the thread."""
        if not agent.has_perm(TAKE_OVER):
            raise PermissionDenied
        with self.changing():
            if not self.is_held_by(agent):
                self._give_to(agent, Cause.TAKEN_OVER if self.holder == Holder.AGENT else Cause.TAKEN, by=agent)

    def release(self, agent, cause=Cause.RELEASED):
        """Back to the queue."""
        with self.changing():
            self._must_be_held_by(agent)
            self._give(Holder.QUEUE, cause, team=self.team, by=agent)

    def transfer(self, agent, *, to=None, team=None, note=""):
        """To a colleague who is there, or to a team's queue."""
        with self.changing():
            self._must_be_held_by(agent)
            if to is None:
                self._give(Holder.QUEUE, Cause.TRANSFERRED, team=team, by=agent, note=note)
            elif to.pk != agent.pk:
                self._must_be_able_to_receive(to)
                self._give_to(to, Cause.TRANSFERRED, by=agent, note=note)

    def hand_back(self, agent, note="", cause=Cause.HANDED_BACK):
        """To the bot, which is told in short what was said."""
        with self.changing():
            self._must_be_held_by(agent)
            if not self.rules.has_bot:
                raise CannotReceive(_("This Page has no bot."))
            self._give(Holder.BOT, cause, by=agent, note=note, summary=summary(self, note))

    def close(self, agent):
        with self.changing():
            self._must_be_held_by(agent)
            self._close(by=agent)

    def see(self, agent):
        """The holder has read what is there. Anybody else only peeks, and that is nobody's business."""
        if (self.unread or self.is_new) and self.is_held_by(agent):
            with self.changing():
                self.unread, self.is_new = 0, False

    # By the bot

    def hand_over(self, cause=Cause.HANDED_OVER, note="", summary="", skill=""):
        """From the bot to people: to the team with the skill, if there is one."""
        with self.changing():
            self._must_be_held_by(None)
            self._hand_over(cause, note, summary, skill)

    def resume(self):
        """The bot goes on with what no agent has taken yet."""
        with self.changing():
            if self.holder not in (Holder.QUEUE, Holder.BOT):
                raise TakenByAnother(self)
            if self.holder == Holder.QUEUE:
                self._give(Holder.BOT, Cause.RESUMED)

    def finish(self):
        """The bot is done, and nobody has to do anything."""
        with self.changing():
            self._must_be_held_by(None)
            if self.is_open:
                self._close()

    # By rule

    def assign(self, agent):
        """To an agent whom the rules chose, from the queue."""
        with self.changing():
            if self.holder != Holder.QUEUE or not self.is_open:
                raise TakenByAnother(self)
            self._must_be_able_to_receive(agent)
            self._give_to(agent, Cause.ASSIGNED)

    def leave_bot(self, problem):
        """The bot does not answer: who waits for it gets a person. Whether somebody did."""
        with self.changing():
            has_waited = self.is_open and self.holder == Holder.BOT and self.waiting_since is not None
            if has_waited:
                self._hand_over(Cause.BOT_DOWN, note=problem)
        return has_waited

    # What Facebook says of other apps

    def note_control(self, is_ours):
        """Facebook did as it was told."""
        with self.changing(is_listed=False):
            self.is_routed_away = not is_ours
            if not is_ours and self.holder != Holder.BOT:  # somebody took it while the call was under way
                self._call_facebook(Call.TAKE)

    def note_refused_control(self, handover, reason):
        """Facebook did not let us take it, or pass it on: nobody shall wait for one who does not have it."""
        with self.changing():
            if handover.call == Call.PASS and self.holder == Holder.BOT:
                self._give(Holder.QUEUE, Cause.CONTROL_REFUSED, note=reason)
            elif handover.call == Call.TAKE and self.holder in (Holder.AGENT, Holder.QUEUE):
                self._go_elsewhere(Cause.CONTROL_REFUSED, note=reason)

    def lose_control(self, cause, app_id="", note="", at=None):
        """Another app controls the thread now, and Facebook takes nothing from us."""
        with self.changing():
            if at is None or at > self.control_at:
                self._lose_control(cause, app_id, note, at)

    def gain_control(self, app_id, note="", at=0):
        """An app passed the thread to us."""
        with self.changing():
            if at <= self.control_at:
                return
            self.control_at, self.is_routed_away = at, False
            if self.holder == Holder.QUEUE and not (self.is_open and self.held_since):  # it was there unknown to us
                self.holder, self.elsewhere_app = Holder.ELSEWHERE, app_id
            if self.holder in (Holder.BOT, Holder.ELSEWHERE):
                self._hand_over(Cause.HANDED_OVER if self.holder == Holder.BOT else Cause.CONTROL_BACK, note)

    def note_request(self, app_id, note, at):
        """An app would like to have it: said in the thread, where the holder may do something about it."""
        with self.changing():
            if at > self.control_at:
                self.control_at = at
                self._write_down(self.holder, Cause.REQUESTED, agent=self.agent, app=app_id, note=note)

    # Under the lock

    def _note_channel(self, event):
        """Where Facebook tells us what a customer says shows who controls the thread. Nothing tells of an expiry."""
        at = event.at
        if not at or at <= self.control_at or at <= _ms(self.held_since) or event.is_standby == self.is_routed_away:
            return
        if event.is_standby:
            self._lose_control(Cause.CONTROL_TAKEN, "", "", at)
            return
        self.is_routed_away = False
        if self.holder == Holder.BOT:  # it hears nothing now
            self._call_facebook(Call.PASS)
        elif self.holder == Holder.ELSEWHERE:
            self._give(self._usual_holder(), Cause.CONTROL_BACK)

    def _lose_control(self, cause, app_id, note, at):
        self.is_routed_away, self.control_at = True, at or self.control_at
        is_bots = bool(app_id) and app_id == self.rules.bot_app_id
        if is_bots and self.holder != Holder.BOT:
            self._give(Holder.BOT, cause, note=note)
        elif not is_bots and not (self.holder == Holder.BOT and self.rules.bot_app_id and not app_id):
            self._go_elsewhere(cause, app_id, note)

    def _go_elsewhere(self, cause, app_id="", note=""):
        if self.holder != Holder.ELSEWHERE or app_id not in ("", self.elsewhere_app):
            self._give(Holder.ELSEWHERE, cause, app=app_id, note=note)

    def _hear_elsewhere(self, app_id):
        """Somebody answered outside the console. Whoever of us holds it still may; the bot must not talk over them."""
        is_ours = self.holder == Holder.AGENT or self.is_routed_away
        if not is_ours and (self.is_open or self.holder == Holder.BOT):
            self._go_elsewhere(Cause.ANSWERED_ELSEWHERE, app_id)

    def _wake(self, text, payload):
        """The customer wrote: who has to answer?"""
        if not self.is_open and self.holder != self._usual_holder():  # the Page got a bot meanwhile, or lost it
            self._give(self._usual_holder(), Cause.REOPENED)
        self.closed_at = None
        if self.holder != Holder.BOT:
            return
        if not self.rules.has_bot:
            self._hand_over(Cause.NO_BOT)
        elif self.rules.asks_for_person(text, payload):
            self._hand_over(Cause.ASKED, note=text[:SHOWN])
        elif self.rules.is_bot_down:
            self._hand_over(Cause.BOT_DOWN, note=self.rules.bot_problem)

    def _hand_over(self, cause, note="", summary="", skill=""):
        self.waiting_since = self.waiting_since or timezone.now()
        self._give(Holder.QUEUE, cause, team=self.rules.team_for(skill), note=note, summary=summary)

    def _give_to(self, agent, cause, by=None, note=""):
        self._give(Holder.AGENT, cause, agent=agent, team=self.team, by=by, note=note)
        self.is_new = by is None or by.pk != agent.pk
        if not self.is_new:
            self.unread = 0

    def _close(self, by=None):
        self._give(self._usual_holder(), Cause.CLOSED, by=by, summary=summary(self))
        self.closed_at, self.waiting_since, self.unread = timezone.now(), None, 0

    def _usual_holder(self):
        return Holder.BOT if self.rules.has_bot else Holder.QUEUE

    def _give(self, holder, cause, *, agent=None, team=None, app="", by=None, note="", summary=""):
        """Who holds it from now on. Nothing but this changes it."""
        self.handovers.pending().update(done_at=timezone.now())  # what was not told yet is no longer so
        before = self.holder
        handover = self._write_down(holder, cause, agent=agent, team=team, app=app, by=by, note=note, summary=summary)
        self.holder, self.agent, self.team, self.elsewhere_app = holder, agent, team, app
        self.held_since, self.closed_at, self.is_new, self.answer_by = handover.at, None, False, None
        if holder == Holder.BOT and self.rules.bot_app_id:
            self._call_facebook(Call.PASS)
        elif holder in (Holder.AGENT, Holder.QUEUE) and self.is_routed_away:
            self._call_facebook(Call.TAKE)
        if before != holder or holder == Holder.AGENT:
            Notice.objects.tell(handover)
        return handover

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
        last = self.handovers.in_order().last()
        if last:
            self.handovers.filter(pk=last.pk).update(call=call, done_at=None, tries=0, next_try_at=None)
            self.deliver_later()

    def _must_be_held_by(self, agent):
        if not self.is_held_by(agent):
            raise TakenByAnother(self)

    def _must_be_able_to_receive(self, agent):
        if not agent.is_active or not agent.is_present:
            raise CannotReceive(_("%(name)s is away.") % {"name": agent})
        if not type(self.page).objects.open_to(agent).filter(pk=self.page_id).exists():
            raise CannotReceive(_("%(name)s may not see this Page.") % {"name": agent})


def _ms(moment):
    return int(moment.timestamp() * 1000) if moment else 0
