"""Moderation of a customer at Facebook: whether they are blocked, or are to be. The table is an outbox.

Each call is harmless when made twice, so a call without an answer is made again.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import tasks
from console.models.refusals import WindowClosed
from messenger import GraphError
from personas.models.retry import CONSOLE_FAILED, Outbox, OutboxQuerySet

MODERATE = "console.moderate_customer"  # the permission
LEASE = timedelta(minutes=1)  # longer than a call takes
SWEEP_BATCH = 100


class Action(models.TextChoices):
    BLOCK = "block", _("block")
    SPAM = "spam", _("block and report as spam")
    UNBLOCK = "unblock", _("unblock")


FACEBOOK_ACTIONS = {
    Action.BLOCK: ["BLOCK_USER"],
    Action.SPAM: ["BLOCK_USER", "MOVE_TO_SPAM"],
    Action.UNBLOCK: ["UNBLOCK_USER"],
}


class State(models.TextChoices):
    PENDING = "pending", _("pending")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class CustomerBlocked(WindowClosed):
    """Facebook delivers nothing to the customer, because agents have blocked them."""

    def __init__(self, customer):
        sentence = gettext("%(name)s is blocked: no reply reaches them. Agents with the permission can unblock them.")
        super().__init__(sentence % {"name": customer})


class ModerationQuerySet(OutboxQuerySet):
    def ask(self, conversation, agent, action):
        """Have Facebook block or unblock the customer. A later request replaces an earlier one."""
        fresh = {"state": State.PENDING, "attempts": 0, "error": "", "next_attempt_at": None, "leased_until": None}
        given = {"action": action, "by": agent, "asked_at": timezone.now()} | fresh
        with conversation.raising_revision(is_listed=False, has_other_headline=True):
            moderation, _is_new = self.update_or_create(customer=conversation.customer, defaults=given)
            moderation.deliver_later()

    def pending(self):
        return self.filter(state=State.PENDING)

    def blocking(self):
        """Filter to customers who are blocked once all requests are delivered."""
        is_pending = Q(state=State.PENDING)
        return self.filter(is_pending & ~Q(action=Action.UNBLOCK) | ~is_pending & Q(is_blocked=True))

    def deliver_later(self):
        """Enqueue the deliveries whose task was lost, or whose pause is over."""
        for moderation in self.pending().due().free()[:SWEEP_BATCH]:
            moderation.deliver_later()

    def deliver(self):
        for moderation in self.select_related("customer__page", "customer__conversation"):
            moderation.deliver()


class Moderation(Outbox):
    MAX_ATTEMPTS = 8  # at passing errors, about two minutes

    customer = models.OneToOneField(
        "console.Customer", models.CASCADE, related_name="moderation", verbose_name=_("customer")
    )
    action = models.CharField(_("action"), max_length=8, choices=Action)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    is_blocked = models.BooleanField(_("blocked by Facebook"), default=False)  # whatever is asked for by now
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by whom"))
    asked_at = models.DateTimeField(_("asked"))

    objects: ClassVar[Any] = ModerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("moderation")
        verbose_name_plural = _("moderations")
        permissions = [("moderate_customer", _("Can block customers and report them as spam"))]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(state="pending"), name="moderation_pending")
        ]

    def __str__(self):
        return f"{self.action} {self.state}"

    @property
    def is_shown(self):
        """Return whether the panel shows it to every agent."""
        return self.is_blocked or self.state != State.DONE

    def deliver_later(self):
        transaction.on_commit(lambda: tasks.moderate.delay(self.pk), robust=True)

    def deliver(self):
        """Make the call, unless another worker does."""
        page = self.customer.page
        if page.is_paused or page.is_slowed or not self.claim(self._as_asked.due(), LEASE):
            return
        if self.attempts > self.MAX_ATTEMPTS:  # the console itself failed at all of them
            return self._give_up(CONSOLE_FAILED)
        try:
            page.client().moderate([self.customer.psid], FACEBOOK_ACTIONS[Action(self.action)])
        except GraphError as error:
            self._note_failure(page, error)
        else:
            is_blocked = self.action != Action.UNBLOCK
            self._write_outcome(state=State.DONE, is_blocked=is_blocked, error="", next_attempt_at=None)

    @property
    def _as_asked(self):
        return self.row.filter(state=State.PENDING, asked_at=self.asked_at)

    def _note_failure(self, page, error):
        if page.note_error(error):
            until = max(page.waits_until or timezone.now(), timezone.now()) + self.SHORTAGE_PAUSE
            self._write_outcome(error=error.sentence, next_attempt_at=until, attempts=self.attempts - 1)
        elif (error.action.is_retryable or error.is_outcome_unknown) and self.has_attempts_left:
            self._write_outcome(error=error.sentence, next_attempt_at=timezone.now() + self.backoff)
        else:
            self._give_up(error.sentence)

    def _give_up(self, sentence):
        self._write_outcome(state=State.FAILED, error=sentence, next_attempt_at=None)

    def _write_outcome(self, **outcome):
        """Write the outcome of the call, unless an agent has asked for something else meanwhile."""
        with self.customer.conversation.raising_revision(is_listed=False, has_other_headline=True):
            self._as_asked.give_back(self.leased_until, **outcome)
