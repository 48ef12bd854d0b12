"""Who holds a conversation: the bot, the queue, an agent, or somebody elsewhere. One at a time."""

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agents.models import Agent
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
        if type(self).page.is_cached(self):
            return Rules.of(self.page)
        return Rules.objects.filter(pk=self.page_id).first() or Rules(pk=self.page_id)

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

    @property
    def held_in_short(self):
        return f"{self.holder}-{self.agent_id or self.elsewhere_app}"

    def receivers(self):
        """Colleagues who can have it now, each with how many open conversations they hold."""
        groups = list(self.page.groups.all())
        may_see = Q(is_superuser=True) | Q(groups__in=groups) if groups else Q()
        there = Agent.objects.working().filter(may_see, is_present=True).exclude(pk=self.agent_id)
        held = Count("conversations", filter=Q(conversations__closed_at=None), distinct=True)
        return there.annotate(held=held).order_by("first_name", "last_name", "username")

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
            self._must_have_bot()
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
                self._must_have_bot()
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
            self._lose_control(Cause.CONTROL_REFUSED, "", "", at)
            return
        self.is_routed_away = False
        if self.holder == Holder.BOT:  # which hears nothing now
            self._give(Holder.BOT, Cause.CONTROL_BACK)
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
        if self.holder == Holder.BOT or (self.holder != Holder.AGENT and self.is_open):
            self._go_elsewhere(Cause.ANSWERED_ELSEWHERE, app_id)

    def _hear_bot(self):
        """An app that has the thread by Facebook's leave speaks: so it is the bot's again, whoever had it meanwhile."""
        if self.holder == Holder.ELSEWHERE and self.is_routed_away:
            self._give(Holder.BOT, Cause.CONTROL_TAKEN)

    def _wake(self, text, payload):
        """The customer wrote: who has to answer?"""
        was_closed, self.closed_at = not self.is_open, None
        if was_closed and self.holder != self._usual_holder():  # the Page got a bot meanwhile, or lost it
            self._give(self._usual_holder(), Cause.REOPENED)
        elif was_closed and self.holder == Holder.QUEUE:
            self._line_up()
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
        if (before, holder) != (Holder.QUEUE, Holder.AGENT):  # who comes for it comes for the reason it waited for
            self.reason = handover
        self.held_since, self.closed_at, self.is_new, self.answer_by = handover.at, None, False, None
        if holder == Holder.BOT and self.rules.bot_app_id and not _has_it_already(before, cause):
            self._call_facebook(Call.PASS)
        elif holder in (Holder.AGENT, Holder.QUEUE) and self.is_routed_away:
            self._call_facebook(Call.TAKE)
        if before != holder or holder == Holder.AGENT:
            Notice.objects.tell(handover)
        if holder == Holder.QUEUE and cause != Cause.CLOSED:
            self._line_up()
        if before == Holder.AGENT:  # who has room for another
            type(self).objects.assign_later()
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

    def _must_have_bot(self):
        if not self.rules.has_bot:
            raise CannotReceive(_("This Page has no bot."))

    def _must_be_able_to_receive(self, agent):
        if not type(agent).objects.present().filter(pk=agent.pk).exists():
            raise CannotReceive(_("%(name)s is away.") % {"name": agent})
        if not type(self.page).objects.open_to(agent).filter(pk=self.page_id).exists():
            raise CannotReceive(_("%(name)s may not see this Page.") % {"name": agent})


def _has_it_already(before, cause):
    """By Facebook's leave: the bot's app took it itself, or had it all the time."""
    return cause == Cause.CONTROL_TAKEN or (before == Holder.BOT and cause != Cause.CONTROL_BACK)


def _ms(moment):
    return int(moment.timestamp() * 1000) if moment else 0
