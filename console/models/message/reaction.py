"""A reaction of the Page to a message of the customer's. Rows are an outbox: a worker makes the call.

https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions
"""

import time
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import tasks
from console.infrastructure import rate_limit
from console.models.refusals import Refused
from console.models.send_queue import SOON
from console.wording.stored import translated
from messenger import GraphError
from personas.models import Page
from personas.models.retry import CONSOLE_FAILED, Outbox, OutboxQuerySet, Outcome

EMOJIS = {"❤️": _("Love"), "😆": _("Laugh"), "😮": _("Wow"), "😢": _("Sad"), "😡": _("Angry"), "👍": _("Like")}
LEASE = timedelta(seconds=3 * settings.GRAPH_TIMEOUT)
SWEEP_EVERY = 10  # s
GONE = _("The customer has unsent this message, or Facebook gave it no id: nobody can react to it.")
LATE = _("Facebook takes reactions only for 24 hours after the customer last wrote.")


class CannotReact(Refused):
    """Facebook takes no reaction to this message, or none now."""


class ReactionQuerySet(OutboxQuerySet):
    def react(self, agent, conversation, message_pk, emoji):
        """React to a message. This replaces an earlier reaction, even one of a colleague."""
        self._want(agent, conversation, message_pk, emoji)

    def unreact(self, agent, conversation, message_pk):
        """Remove the reaction to a message."""
        self._want(agent, conversation, message_pk, "")

    def _want(self, agent, conversation, message_pk, emoji):
        with conversation.changing(is_listed=False) as revision:
            message = _check(agent, conversation, message_pk)
            wanted = {"emoji": emoji, "agent": agent, "is_pending": True}
            fresh = {"attempts": 0, "error": "", "next_attempt_at": None}
            reaction, _is_new = self.update_or_create(message=message, defaults=wanted | fresh)
            message.row.update(revision=revision)
            reaction.deliver_later()

    def deliver(self):
        """Deliver the reactions that still exist."""
        for reaction in self.select_related("message__conversation__customer", "message__page"):
            reaction.deliver()

    def deliver_later(self):
        """Enqueue all pending deliveries, for the sweep."""
        pending = self.filter(is_pending=True).exclude(message__page__in=Page.objects.paused())
        for reaction in pending.due().free():
            reaction.deliver_later(expires=SWEEP_EVERY)


class Reaction(Outbox):
    """A reaction: the one that an agent wants (`emoji`; "" to take it back), and the one that the customer sees
    (`shown`).
    """

    MAX_ATTEMPTS = 8  # at passing errors, about two minutes
    LONGEST_PAUSE = timedelta(seconds=30)
    JITTER = 0.25

    message = models.OneToOneField("console.Message", models.CASCADE, related_name="page_reaction")
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("agent"))
    emoji = models.CharField(max_length=16, blank=True)
    shown = models.CharField(max_length=16, blank=True)
    is_pending = models.BooleanField(default=True)

    objects: ClassVar[Any] = ReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(is_pending=True), name="reaction_pending")
        ]

    def __str__(self):
        return self.emoji or self.shown

    @property
    def state(self):
        """Return a sentence about a reaction that the customer does not see as the agent wants it; else ""."""
        if self.error:
            sentence = gettext("%(emoji)s not sent: %(error)s") if self.emoji else gettext("Not taken back: %(error)s")
            return sentence % {"emoji": self.emoji, "error": translated(self.error)}
        if self.is_pending:
            return gettext("Sending…") if self.emoji else gettext("Taking back…")
        return ""

    @property
    def visible(self):
        """Return the emoji under the message: the one that the customer sees, or is about to see."""
        return self.emoji if self.is_pending and self.emoji and not self.error else self.shown

    # Delivery. Reacting twice changes nothing, so a call without an answer is made again.

    def deliver_later(self, seconds=0, **options):
        if seconds < SOON:
            deliver = tasks.deliver_reaction.apply_async
            transaction.on_commit(lambda: deliver([self.pk], countdown=seconds, **options), robust=True)

    def deliver(self):
        """Make the call, and again as long as agents change it meanwhile. The lease admits one worker at a time."""
        while lease := self.row.filter(is_pending=True).due().lease(LEASE):
            try:
                outcome = self._attempt()
            finally:
                self.row.give_back(lease)
            if outcome is Outcome.WAIT:
                return

    def _attempt(self):
        self.refresh_from_db(fields=["emoji", "shown", "attempts"])
        page = self.message.page
        if page.is_paused:
            return Outcome.WAIT  # the sweep delivers it once the Page is not paused
        if not self.has_attempts_left:  # the console itself failed at all of them
            return self._give_up(CONSOLE_FAILED)
        if page.is_slowed:
            return self._postpone(page.waits_until)
        wait = rate_limit.reserve(page.pk)
        if wait > rate_limit.SHORT:
            return self._postpone(timezone.now() + timedelta(seconds=wait))
        time.sleep(wait)
        self.row.update(attempts=models.F("attempts") + 1)
        self.attempts += 1
        try:
            self._call(page.client())
        except GraphError as error:
            return self._not_sent(error)
        return self._sent()

    def _call(self, client):
        psid, mid = self.message.conversation.customer.psid, self.message.mid
        if self.emoji:
            client.react(psid, mid, self.emoji)
        else:
            client.unreact(psid, mid)

    def _sent(self):
        self._write_outcome(shown=self.emoji, is_pending=False, error="")
        self.row.filter(emoji="", is_pending=False).delete()
        return Outcome.NEXT

    def _not_sent(self, error):
        if self.message.page.note_error(error):
            return Outcome.WAIT if self.message.page.is_paused else self._postpone(self.message.page.waits_until)
        if (error.action.is_retryable or error.is_outcome_unknown) and self.has_attempts_left:
            return self._postpone(timezone.now() + self.backoff)
        return self._give_up(self.message.conversation.note_refusal(error, None))

    def _give_up(self, error):
        self._write_outcome(is_pending=False, error=error)
        return Outcome.NEXT

    def _postpone(self, until):
        self.row.postpone(until)
        self.deliver_later(max(0, (until - timezone.now()).total_seconds()))
        return Outcome.WAIT

    def _write_outcome(self, **outcome):
        """Write the outcome, unless an agent has changed it meanwhile."""
        with self.message.conversation.raising_revision(is_listed=False) as revision:
            self.message.row.update(revision=revision)
            if not self.row.filter(emoji=self.emoji).update(**outcome) and "shown" in outcome:
                self.row.update(shown=outcome["shown"])


def _check(agent, conversation, message_pk):
    """Return the message, or raise the refusal that says why this agent cannot react to it."""
    conversation.check_held_by(agent)
    message = conversation.messages.filter(pk=message_pk, is_incoming=True).first()
    if message is None or not message.is_addressable:
        raise CannotReact(GONE)
    conversation.check_not_blocked()
    if not conversation.is_window_open:
        raise CannotReact(conversation.reply_refusal or LATE)
    return message
