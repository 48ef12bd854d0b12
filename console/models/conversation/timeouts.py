"""What a Page's rules change by the clock: answers that do not come, agents who stay away, threads that are silent.

Each is an adjective that finds them, and finds one again under its row's lock: somebody may have written meanwhile.
"""

import logging
from datetime import timedelta

from django.db import models
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from console.models.conversation.summary import summary
from console.models.handover import Cause, Handover, Holder
from console.models.message.message import Message
from personas.models import Page

UNANSWERED_ELSEWHERE = timedelta(minutes=15)  # that the customer waits, before the queue gets it
CONTROL_ENDS = timedelta(hours=24)  # after the last word another app loses the thread, and Facebook tells nobody
MINUTE = Value(timedelta(minutes=1))
SILENT_SINCE = Greatest("last_at", "held_since")  # nobody has written, and it has not changed hands
HAS_BOT = ~Q(page__rules__webhook_url="") | ~Q(page__rules__bot_app_id="")

logger = logging.getLogger(__name__)


class TimeoutsQuerySet(models.QuerySet):
    def apply_timeouts(self):
        """Act on all that has lasted too long. One that fails stops none of the others."""
        for adjective in OVERDUE:
            for conversation in getattr(self, adjective)():
                try:
                    conversation.time_out(adjective)
                except Exception:
                    logger.exception("Conversation %s stays %s", conversation.pk, adjective)

    def unanswered(self):
        """Their agent should have answered by now."""
        return self.open().filter(holder=Holder.AGENT, answer_by__lte=timezone.now())

    def abandoned(self):
        """Their agent has been away for too long."""
        long_ago = Value(timezone.now()) - _minutes("away_for")
        return self._held(Holder.AGENT).filter(agent__is_present=False, agent__away_since__lte=long_ago)

    def idle(self):
        """Nobody waits, nobody has written for a while, and nothing is left to be sent or to be looked at."""
        return self._silent(Holder.AGENT).exclude(Exists(_unsettled())).exclude(Exists(_untold()))

    def idle_elsewhere(self):
        return self._silent(Holder.ELSEWHERE).filter(is_controlled_elsewhere=False)

    def forgotten_elsewhere(self):
        """The customer waits, and nobody answers there."""
        long_ago = timezone.now() - UNANSWERED_ELSEWHERE
        waiting = self._held(Holder.ELSEWHERE).filter(is_controlled_elsewhere=False, waiting_since__lte=long_ago)
        return waiting.filter(Q(held_since=None) | Q(held_since__lte=long_ago))

    def expired(self):
        """Elsewhere for as long without a word as Facebook lets another app control the thread."""
        long_ago = timezone.now() - CONTROL_ENDS
        return self._held(Holder.ELSEWHERE).annotate(silent_since=SILENT_SINCE).filter(silent_since__lte=long_ago)

    def botless(self):
        """The customer waits for a bot, and the Page has none any more."""
        without = Page.objects.filter(Q(rules=None) | Q(rules__webhook_url="", rules__bot_app_id=""))
        return self.on(without.only("pk")).open().filter(holder=Holder.BOT, waiting_since__isnull=False)

    def _silent(self, holder):
        has_bot = self._held(holder).filter(HAS_BOT, waiting_since=None)
        long_ago = Value(timezone.now()) - _minutes("back_after")
        return has_bot.annotate(silent_since=SILENT_SINCE).filter(silent_since__lte=long_ago)

    def _held(self, holder):
        """There is an index of what agents hold, and others elsewhere."""
        return self.open().filter(holder__in=[Holder.AGENT, Holder.ELSEWHERE]).filter(holder=holder)


OVERDUE = {  # who holds it then, and why
    "unanswered": (Holder.QUEUE, Cause.NO_ANSWER),
    "abandoned": (Holder.QUEUE, Cause.AWAY),
    "idle": (Holder.BOT, Cause.IDLE),
    "idle_elsewhere": (Holder.BOT, Cause.IDLE),
    "forgotten_elsewhere": (Holder.QUEUE, Cause.NO_ANSWER),
    "expired": (None, None),  # whoever does by default
    "botless": (Holder.QUEUE, Cause.NO_BOT),
}


class Timeouts:
    """The part of a Conversation that looks at the clock."""

    @property
    def returns_at(self):
        """When it goes back to the bot by itself if nobody writes; None when it does not."""
        is_due = self.is_open and self.holder == Holder.AGENT and self.waiting_since is None
        if not is_due or not self.rules.back_after or not self.rules.has_bot or self._needs_agent():
            return None
        since = max(filter(None, [self.last_at, self.held_since]), default=None)
        return since and since + timedelta(minutes=self.rules.back_after)

    def time_out(self, adjective):
        """End what has lasted too long."""
        with self.changing():
            if getattr(type(self).objects, adjective)().filter(pk=self.pk).exists():
                self._time_out(*OVERDUE[adjective])

    def _time_out(self, holder, cause):
        if holder == Holder.QUEUE:
            self._give(holder, cause, team=self.team)
        elif holder == Holder.BOT:
            self._give(holder, cause, summary=summary(self))
        else:
            self._expire()

    def _expire(self):
        """Closed, if nobody waits. Facebook need not be told: nobody has the thread."""
        cause, self.is_controlled_elsewhere = Cause.CONTROL_BACK if self.is_controlled_elsewhere else Cause.IDLE, False
        self._give(self._usual_holder(), cause)
        if self.waiting_since is None:
            self.closed_at = timezone.now()
            self.handovers.pending().update(done_at=timezone.now())

    def _expect_answer(self):
        """Of the agent who has just got it, if the customer waits."""
        if self.waiting_since and self.rules.answer_within:
            self.answer_by = timezone.now() + timedelta(minutes=self.rules.answer_within)

    def _needs_agent(self):
        """Something failed since they have it, or may have, and only they can say what is to become of it."""
        states = Q(state=Message.State.FAILED) | Q(state=Message.State.UNKNOWN, next_attempt_at=None)
        since = Q(at__gte=self.held_since) if self.held_since else Q()
        return self.messages.filter(states, since).exists()


def _minutes(name):
    return ExpressionWrapper(F(f"page__rules__{name}") * MINUTE, output_field=DurationField())


def _unsettled():
    """Messages that are not out, or may not be. What failed before the agent had it is not theirs to look at."""
    theirs = Q(conversation__held_since=None) | Q(at__gte=F("conversation__held_since"))
    failed = Q(state=Message.State.FAILED) & theirs
    under_way = Q(state__in=[Message.State.QUEUED, Message.State.SENDING, Message.State.UNKNOWN])
    return Message.objects.filter(under_way | failed, conversation=OuterRef("pk"))


def _untold():
    return Handover.objects.pending().filter(conversation=OuterRef("pk"))
