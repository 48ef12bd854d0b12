"""One change of holder: from, to, by whom, why, when. The history writes itself from the verbs in `transitions.py`.

Where another app answers for the bot, a call to Facebook has to make the change as well. That call stands in the
conversation's send queue, between what was said before and after it.
https://developers.facebook.com/docs/messenger-platform/conversation-routing
"""

import logging
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from console.models.holder import Holder, label_of
from console.models.timeline import TimelineQuerySet
from messenger import Action, GraphError
from personas.models.retry import Outcome, Retryable, ScheduledQuerySet
from personas.resource_shortage import is_resource_shortage

METADATA = 1000  # characters that Facebook passes on
STUMBLED = _("The console failed at this; its log says why.")

logger = logging.getLogger(__name__)


class Cause(models.TextChoices):
    """Reasons why the holder changed. `console/wording/handovers.py` puts them into sentences."""

    ASKED = "asked", _("the customer asked for a human")
    HANDED_OVER = "handed-over", _("the bot asked for a human")
    BOT_DOWN = "bot-down", _("the bot does not answer")
    NO_BOT = "no-bot", _("the Page has no bot any more")
    NOT_SUBSCRIBED = "not-subscribed", _("the bot does not take this kind of message")
    TAKEN = "taken", _("taken")
    REOPENED = "reopened", _("reopened")
    TAKEN_OVER = "taken-over", _("taken over")
    ASSIGNED = "assigned", _("assigned")
    TRANSFERRED = "transferred", _("transferred")
    RETURNED = "returned", _("returned")
    NO_ANSWER = "no-answer", _("no answer in time")
    AWAY = "away", _("away for too long")
    LEFT = "left", _("left the team")
    HANDED_BACK = "handed-back", _("handed back")
    IDLE = "idle", _("nobody wrote for a while")
    RESUMED = "resumed", _("the bot goes on")
    CLOSED = "closed", _("closed")
    CUSTOMER_WROTE = "customer-wrote", _("the customer writes again")
    ANSWERED_ELSEWHERE = "answered-elsewhere", _("somebody answered there")
    CONTROL_TAKEN = "control-taken", _("took the conversation")
    CONTROL_REFUSED = "control-refused", _("Facebook lets only another app answer")
    CONTROL_BACK = "control-back", _("Facebook gave the conversation back")
    NO_ACCESS = "no-access", _("no longer sees this Page")
    NOT_SENT = "not-sent", _("a reply was not sent")
    OVERLOOKED = "overlooked", _("nobody was looking at it")
    REQUESTED = "requested", _("another app asks for the conversation")


CALLS_FOR_PEOPLE = {
    Cause.ASKED,
    Cause.HANDED_OVER,
    Cause.BOT_DOWN,
    Cause.NO_BOT,
    Cause.NOT_SUBSCRIBED,
    Cause.CONTROL_BACK,
    Cause.NOT_SENT,
}
RETURNS = {Cause.RETURNED, Cause.NO_ANSWER, Cause.AWAY, Cause.LEFT, Cause.NO_ACCESS}
PEOPLE = {Holder.AGENT, Holder.QUEUE}


class Call(models.TextChoices):
    """The call that makes the change at Facebook."""

    PASS = "pass", "pass_thread_control"
    TAKE = "take", "take_thread_control"


class HandoverQuerySet(ScheduledQuerySet, TimelineQuerySet):
    def record(self, conversation, at, **change):
        """Write down a change of holder that is about to be made."""
        return self.create(
            conversation=conversation,
            from_holder=conversation.holder,
            from_agent=conversation.agent,
            from_app=conversation.elsewhere_app,
            at=at,
            revision=conversation.revision,
            **change,
        )

    def latest_change(self):
        """Return the last change of holder; an app's request for the conversation is none."""
        return self.exclude(cause=Cause.REQUESTED).order_by("at", "pk").last()

    def pending(self):
        """Filter to those whose call to Facebook is still to be made."""
        return self.filter(done_at=None).exclude(call="").order_by("at", "pk")

    def for_thread(self):
        return self.select_related("from_agent", "to_agent", "to_team", "by")


class Handover(Retryable):
    MAX_ATTEMPTS = 8  # at passing errors, about two minutes
    LONGEST_PAUSE = timedelta(seconds=30)
    JITTER = 0.25

    from_agent_id: int | None
    to_agent_id: int | None

    conversation = models.ForeignKey("console.Conversation", models.PROTECT, related_name="handovers")
    from_holder = models.CharField(_("from"), max_length=10, choices=Holder)
    from_agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    from_app = models.TextField(blank=True)
    to_holder = models.CharField(_("to"), max_length=10, choices=Holder)
    to_agent = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True)
    to_team = models.ForeignKey("console.Team", models.SET_NULL, related_name="+", null=True)
    to_app = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name=_("by whom")
    )
    cause = models.CharField(_("why"), max_length=20, choices=Cause)
    note = models.TextField(_("note"), blank=True)  # a reason in the words of whoever made the change
    summary = models.TextField(_("summary"), blank=True)  # of the messages before, for the next holder
    at = models.DateTimeField(_("when"))  # its place in the thread
    revision = models.BigIntegerField(editable=False)  # the conversation's when this last changed
    call = models.CharField(max_length=8, choices=Call, blank=True, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        indexes = [
            models.Index(fields=["conversation", "at", "id"], name="handover_thread"),
            models.Index(fields=["conversation", "revision"], name="handover_changes"),
            models.Index(fields=["conversation"], condition=Q(done_at=None) & ~Q(call=""), name="handover_pending"),
        ]

    def __str__(self):
        return f"{self.from_name} → {self.to_name}"

    @property
    def place(self):
        """Return a text that sorts, like a message's, where it stands in the thread."""
        return f"{int(self.at.timestamp() * 1_000_000):017d}-h{self.pk:012d}"

    @property
    def from_name(self):
        return self._label(self.from_holder, self.from_agent, self.from_app)

    @property
    def to_name(self):
        if self.cause == Cause.CLOSED:
            return _now("closed")
        if self.to_holder == Holder.QUEUE and self.to_team:
            return f"{Holder.QUEUE.label} · {self.to_team}"
        return self._label(self.to_holder, self.to_agent, self.to_app)

    @property
    def is_change(self):
        """Return whether the holder changed. An app that asks for the conversation changes nothing."""
        before, after = (self.from_holder, self.from_agent_id), (self.to_holder, self.to_agent_id)
        return before != after or self.cause == Cause.CLOSED

    def keeps_reason(self):
        """Return whether the conversation still waits for the reason that it had before this change.

        An agent who takes it comes for that reason, and whoever returns it without a note adds none.
        """
        if (self.from_holder, self.to_holder) == (Holder.QUEUE, Holder.AGENT):
            return self.cause != Cause.NOT_SENT
        reason = self.conversation.reason
        says_why = reason and (reason.note or reason.cause in CALLS_FOR_PEOPLE)
        return bool(says_why) and not self.note and self.cause in RETURNS

    def _label(self, holder, agent, app):
        page = self.conversation.page if holder == Holder.BOT else None
        return label_of(page, holder, agent, app)

    # Tell Facebook

    def tell_facebook(self):
        """Have the call to Facebook made, if another app controls the thread or has to."""
        if self.to_holder == Holder.BOT and self.conversation.rules.bot_app_id and not self._has_bot_control():
            self.enqueue(Call.PASS)
        elif self.to_holder in PEOPLE and self.conversation.is_controlled_elsewhere:
            self.enqueue(Call.TAKE)

    def enqueue(self, call):
        """Have the send queue make this call, in the order of the thread."""
        self.row.update(call=call, done_at=None, attempts=0, next_attempt_at=None)
        self.conversation.deliver_later()

    def _has_bot_control(self):
        """Return whether the bot's app controls the thread already: it took it itself, or had it all the time."""
        is_bots = self.from_holder == Holder.BOT and self.cause != Cause.CONTROL_BACK
        return is_bots or self.cause == Cause.CONTROL_TAKEN

    def deliver(self):
        """Make the call; return what it means for those behind it. It may decide what becomes of them."""
        page = self.conversation.page
        if page.is_paused or page.is_slowed or not self.is_due:
            return Outcome.WAIT
        if self.call == Call.PASS and not self.conversation.rules.bot_app_id:  # the Page no longer has this bot
            return self._done(is_ours=True)
        if not self.conversation.send_queue.keep():
            return Outcome.WAIT  # another worker has the queue now
        # First: its worker may die before it writes what came of the call.
        self.row.filter(done_at=None).update(attempts=F("attempts") + 1)
        try:
            self._make_call(page.client())
        except GraphError as error:
            return self._not_done(page, error)
        except (DatabaseError, InterfaceError):
            raise
        except Exception as error:  # whatever it is, those behind it must not wait for it for ever
            logger.exception("Handover %s could not be made at Facebook", self.pk)
            return self._wait_out_shortage(STUMBLED) if is_resource_shortage(error) else self._refused(STUMBLED)
        return self._done(is_ours=self.call == Call.TAKE)

    def _make_call(self, client):
        psid = self.conversation.customer.psid
        if self.call == Call.TAKE:
            client.take_thread_control(psid)
        else:
            app_id = self.conversation.rules.bot_app_id
            client.pass_thread_control(psid, app_id, (self.summary or self.note)[:METADATA] or None)

    def _not_done(self, page, error):
        action = error.action
        if page.note_error(error):
            until = max(page.waits_until or timezone.now(), timezone.now())
            return self._postpone(until, error.sentence, attempts=self.attempts)
        if is_resource_shortage(error):
            return self._wait_out_shortage(error.sentence)
        if (action.is_retryable or error.is_outcome_unknown) and self.has_attempts_left:
            return self._postpone(timezone.now() + self.backoff, error.sentence)
        if self.call == Call.PASS and self.attempts and action is Action.OTHER_APP:  # done by an attempt that was lost
            return self._done(is_ours=False)
        if error.lacks_default_app:  # then every app may answer, and no call is needed
            return self._done(is_ours=True)
        return self._refused(error.sentence)

    def _refused(self, reason):
        self.conversation.note_refused_control(self, reason)
        return Outcome.READ_AGAIN

    def _done(self, is_ours):
        self.conversation.note_control(self, is_ours)
        return Outcome.READ_AGAIN

    def _wait_out_shortage(self, error):
        """Wait while our own machine is out of something. This attempt does not count."""
        return self._postpone(timezone.now() + self.SHORTAGE_PAUSE, error, attempts=self.attempts)

    def _postpone(self, until, error, **fields):
        with self.conversation.stepping(is_listed=False) as revision:
            self.become(revision, next_attempt_at=until, error=error, **fields)
        self.conversation.deliver_later(max(0, (until - timezone.now()).total_seconds()))
        return Outcome.WAIT

    def become(self, revision, **fields):
        """Write down what came of the call, under the conversation's lock."""
        self.row.filter(done_at=None).update(revision=revision, **fields)
