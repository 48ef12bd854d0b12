"""Timeouts of a Page's rules: answers that do not come, agents who stay away, threads that are silent.

Each timeout is a scope that finds overdue conversations, and the step that ends their wait. The scope has to find a
conversation again under its row's lock: somebody may have written meanwhile.
"""

import logging
from datetime import timedelta

from django.db import models
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from console.models.conversation.inbox import InboxQuerySet
from console.models.conversation.summary import summary
from console.models.conversation.transitions import Transitions
from console.models.handover.cause import Cause
from console.models.handover.handover import Handover
from console.models.holder import Holder
from console.models.message.message import Message
from personas.models import Page

UNANSWERED_ELSEWHERE = timedelta(minutes=15)  # of waiting, after which it goes to the queue
CONTROL_ENDS = timedelta(hours=24)  # after the last message another app loses control, without an event
MINUTE = Value(timedelta(minutes=1))
SILENT_SINCE = Greatest("last_at", "held_since", "awake_since")  # nobody has written, and the holder is the same
HAS_BOT = ~Q(page__rules__webhook_url="") | ~Q(page__rules__bot_app_id="")

logger = logging.getLogger(__name__)


class TimeoutsQuerySet(InboxQuerySet):
    def apply_timeouts(self):
        """Apply every timeout to each overdue conversation. An error in one does not stop the others."""
        for scope in TIMEOUTS:
            for conversation in scope(self):
                try:
                    conversation.time_out(scope)
                except Exception:
                    logger.exception("Conversation %s stays %s", conversation.pk, scope.__name__)

    def unanswered(self):
        """Filter to conversations whose agent should have answered by now."""
        return self.open().filter(holder=Holder.AGENT, answer_by__lte=timezone.now())

    def abandoned(self):
        """Filter to conversations whose agent has been away for too long, unsnoozed and without a scheduled reply.

        If the customer waits, neither counts. An agent who said when they are back keeps all of them until then.
        """
        now = timezone.now()
        away = self._held(Holder.AGENT).filter(agent__is_present=False).exclude(agent__back_at__gt=now)
        away = away.filter(agent__away_since__lte=Value(now) - _minutes("away_for"))
        set_aside = Q(is_snoozed=True) | Q(pk__in=self._with_scheduled_reply())
        return away.exclude(set_aside, waiting_since=None)

    def idle(self):
        """Filter to conversations that have been silent for a while, with nothing left to answer, send or look at."""
        silent = self._silent(Holder.AGENT).filter(is_snoozed=False, is_back=False)
        settled = silent.exclude(Exists(_under_way())).exclude(Exists(_failed()))
        return settled.exclude(Exists(_pending_handovers())).exclude(pk__in=self._with_scheduled_reply())

    def idle_elsewhere(self):
        return self._silent(Holder.ELSEWHERE).filter(is_controlled_elsewhere=False)

    def forgotten_elsewhere(self):
        """Filter to conversations elsewhere in which the customer waits and nobody answers."""
        long_ago = timezone.now() - UNANSWERED_ELSEWHERE
        waiting = self._held(Holder.ELSEWHERE).filter(is_controlled_elsewhere=False, waiting_since__lte=long_ago)
        return waiting.filter(Q(held_since=None) | Q(held_since__lte=long_ago))

    def expired(self):
        """Filter to conversations elsewhere that were silent for as long as Facebook lets another app control the
        thread.
        """
        long_ago = timezone.now() - CONTROL_ENDS
        return self._held(Holder.ELSEWHERE).annotate(silent_since=SILENT_SINCE).filter(silent_since__lte=long_ago)

    def botless(self):
        """Filter to conversations in which the customer waits for a bot that the Page no longer has."""
        without = Page.objects.filter(Q(rules=None) | Q(rules__webhook_url="", rules__bot_app_id=""))
        return self.on(without.only("pk")).open().filter(holder=Holder.BOT, waiting_since__isnull=False)

    def _silent(self, holder):
        has_bot = self._held(holder).filter(HAS_BOT, waiting_since=None)
        long_ago = Value(timezone.now()) - _minutes("back_after")
        return has_bot.annotate(silent_since=SILENT_SINCE).filter(silent_since__lte=long_ago)

    def _with_scheduled_reply(self):
        """Return the keys of conversations whose agent has a scheduled reply: with another holder, it could not be
        sent.
        """
        waiting = {"scheduled_replies__state": "waiting", "scheduled_replies__author": F("agent")}
        return self.model.objects.filter(**waiting).order_by().values("pk")

    def _held(self, holder):
        """Filter to conversations with this holder, by the index of those held by agents or elsewhere."""
        return self.open().filter(holder__in=[Holder.AGENT, Holder.ELSEWHERE]).filter(holder=holder)


class Timeouts(Transitions):
    """The slice of a Conversation that looks at the clock."""

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["answer_by"],
                condition=Q(closed_at=None, answer_by__isnull=False),
                name="conversation_unanswered",
            ),
        ]

    @property
    def returns_at(self):
        """Return the time at which a silent conversation returns to the bot; None if it does not."""
        is_due = self.holder == Holder.AGENT and self.waiting_since is None and not (self.is_snoozed or self.is_back)
        if not is_due or not self.rules.back_after or not self.rules.has_bot or _needs_agent(self):
            return None
        since = max(filter(None, [self.last_at, self.held_since, self.awake_since]), default=None)
        return since and since + timedelta(minutes=self.rules.back_after)

    def time_out(self, scope):
        """Apply the timeout of this scope, if the conversation is still in it."""
        with self.changing():
            if scope(type(self).objects.filter(pk=self.pk)).exists():
                TIMEOUTS[scope](self)


# The step of each timeout


def _return_unanswered(conversation):
    conversation.change_holder(Holder.QUEUE, Cause.NO_ANSWER, team=conversation.team)


def _return_abandoned(conversation):
    conversation.change_holder(Holder.QUEUE, Cause.AWAY, team=conversation.team)


def _return_botless(conversation):
    conversation.change_holder(Holder.QUEUE, Cause.NO_BOT, team=conversation.team)


def _give_to_bot(conversation):
    conversation.change_holder(Holder.BOT, Cause.IDLE, summary=summary(conversation))


def _expire(conversation):
    """Return it to the default holder; close it if nobody waits. Facebook needs no call: no app controls the thread."""
    cause = Cause.CONTROL_BACK if conversation.is_controlled_elsewhere else Cause.IDLE
    conversation.forget_control()
    conversation.change_holder(conversation.default_holder, cause)
    if conversation.waiting_since is None:
        conversation.mark_closed()
        conversation.handovers.pending().update(done_at=timezone.now())


TIMEOUTS = {
    TimeoutsQuerySet.unanswered: _return_unanswered,
    TimeoutsQuerySet.abandoned: _return_abandoned,
    TimeoutsQuerySet.idle: _give_to_bot,
    TimeoutsQuerySet.idle_elsewhere: _give_to_bot,
    TimeoutsQuerySet.forgotten_elsewhere: _return_unanswered,
    TimeoutsQuerySet.expired: _expire,
    TimeoutsQuerySet.botless: _return_botless,
}


def _minutes(name):
    return ExpressionWrapper(F(f"page__rules__{name}") * MINUTE, output_field=DurationField())


def _needs_agent(conversation):
    """Return whether a reply of the agent's is scheduled, failed or unknown, and so waits for the agent's decision."""
    if conversation.scheduled_replies.waiting().filter(author=conversation.agent_id).exists():
        return True
    states = Q(state=Message.State.FAILED) | Q(state=Message.State.UNKNOWN, next_attempt_at=None)
    since = Q(at__gte=conversation.held_since) if conversation.held_since else Q()
    return conversation.messages.filter(states, since).exists()


# One condition for both kinds of messages would match neither of their indexes.


def _under_way():
    """Return messages that are queued, being sent, or unknown."""
    states = [Message.State.QUEUED, Message.State.SENDING, Message.State.UNKNOWN]
    return Message.objects.filter(state__in=states, conversation=OuterRef("pk"))


def _failed():
    """Return messages that failed, except those that did before the agent had the conversation."""
    since = Coalesce(OuterRef("held_since"), "at")
    return Message.objects.filter(state=Message.State.FAILED, conversation=OuterRef("pk"), at__gte=since)


def _pending_handovers():
    return Handover.objects.pending().filter(conversation=OuterRef("pk"))
