"""Who holds a conversation: the bot, the queue, an agent, or somebody elsewhere. One at a time."""

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.models.bot_event.bot_event import BotEvent
from console.models.conversation.summary import summary
from console.models.handover import Cause, Holder, name_of
from console.models.handover_rules import HandoverRules

TAKE_OVER = "console.take_over_conversation"  # the permission


class TakenByAnother(Exception):
    """Somebody else holds the conversation, or nobody does: `holder` says which, and `name` who."""

    def __init__(self, conversation):
        super().__init__(conversation.holder_name)
        self.holder, self.name = conversation.holder, conversation.holder_name


class CannotReceive(Exception):
    """Whom a conversation was to go to cannot have it; the text is a sentence that says why."""


class UnseenMessages(Exception):
    """The customer wrote more than whoever lets go of the conversation has seen. `newest` is the last of that."""

    def __init__(self, conversation, unseen):
        self.newest = unseen.last().pk
        told = ngettext(
            "%(name)s just sent another message. The conversation stays open and assigned to you.",
            "%(name)s just sent %(count)s more messages. The conversation stays open and assigned to you.",
            count := unseen.count(),
        )
        super().__init__(told % {"name": conversation.customer, "count": count})


class Transitions:
    """The part of a Conversation that changes hands. Each verb locks the row: of two at once, one comes second."""

    @property
    def rules(self):
        if type(self).page.is_cached(self):
            return HandoverRules.of(self.page)
        return HandoverRules.objects.filter(pk=self.page_id).first() or HandoverRules(pk=self.page_id)

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
        return name_of(self.page, self.holder, self.agent, self.elsewhere_app)

    @property
    def held_in_short(self):
        return f"{self.holder}-{self.agent_id or self.elsewhere_app}"

    def receivers(self):
        """Colleagues who can have it now, each with how many open conversations they hold."""
        there = self.page.agents().filter(is_present=True).exclude(pk=self.agent_id)
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
            self._take(agent)

    def take_over(self, agent):
        """From a colleague who is at work: for supervisors, and seen by all in the thread."""
        if not agent.has_perm(TAKE_OVER):
            raise PermissionDenied
        with self.changing():
            if not self.is_held_by(agent):
                self._take(agent)

    def return_to_queue(self, agent, cause=Cause.RETURNED):
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

    def hand_back(self, agent, note="", cause=Cause.HANDED_BACK, seen=None):
        """To the bot, which is told in short what was said. seen: the last message that the agent has seen."""
        with self.changing():
            self._must_be_held_by(agent)
            self._must_have_bot()
            self._must_have_been_seen(until=seen)
            self._give(Holder.BOT, cause, by=agent, note=note, summary=summary(self, note))

    def close(self, agent, seen=None):
        """End it until the customer writes again. agent: None where its bot is done with it.

        seen: the last message that the agent or the bot has seen; a newer one of the customer's keeps it open.
        """
        with self.changing():
            self._must_be_held_by(agent)
            if agent is None:
                self._must_have_been_heard(until=seen)
            else:
                self._must_have_been_seen(until=seen)
            if self.is_open:
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
                self._give(Holder.BOT, Cause.RESUMED, summary=summary(self))

    # By rule

    def assign(self, agent):
        """To an agent whom the rules chose, from the queue."""
        with self.changing():
            if self.holder != Holder.QUEUE or not self.is_open:
                raise TakenByAnother(self)
            self._must_be_able_to_receive(agent)
            self._give_to(agent, Cause.ASSIGNED)

    def hand_over_unanswered(self, error):
        """The bot does not answer: who waits for it gets a person. Whether somebody did."""
        with self.changing():
            is_bots = self.is_open and self.holder == Holder.BOT
            has_waited = is_bots and (self.waiting_since is not None or BotEvent.objects.have_words_of(self))
            if has_waited:
                self._hand_over(Cause.BOT_DOWN, note=error)
        return has_waited

    # Parts

    def _take(self, agent):
        cause = Cause.TAKEN_OVER if self.holder == Holder.AGENT else Cause.TAKEN
        if not self.is_open:
            cause, self.waiting_since = Cause.OPENED, self._unanswered_since()
        self._give_to(agent, cause, by=agent)

    def _must_be_held_by(self, agent):
        if not self.is_held_by(agent):
            raise TakenByAnother(self)

    def _must_have_been_seen(self, until):
        """A customer who writes at the moment of the press is not sent away. Messages are numbered under the lock."""
        unseen = self.messages.filter(is_incoming=True, pk__gt=until or 0).order_by("pk")
        if until is not None and unseen.exists():
            raise UnseenMessages(self, unseen)

    def _must_have_been_heard(self, until):
        """By the bot, which may not have been told yet what the customer said last."""
        self._must_have_been_seen(until)
        unheard = self.messages.filter(is_incoming=True).order_by("pk")
        if until is None and BotEvent.objects.have_words_of(self) and unheard.exists():
            raise UnseenMessages(self, unheard.filter(pk=unheard.last().pk))

    def _must_have_bot(self):
        if not self.rules.has_bot:
            raise CannotReceive(_("This Page has no bot."))

    def _must_be_able_to_receive(self, agent):
        if not type(agent).objects.present().filter(pk=agent.pk).exists():
            raise CannotReceive(_("%(name)s is away.") % {"name": agent})
        if not type(self.page).objects.open_to(agent).filter(pk=self.page_id).exists():
            raise CannotReceive(_("%(name)s may not see this Page.") % {"name": agent})
