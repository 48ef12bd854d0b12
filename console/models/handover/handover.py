"""One change of holder: from, to, by whom, why, when. The history writes itself from the verbs in `transitions.py`.

Where another app answers for the bot, a call to Facebook has to make the change as well: see `delivery.py` beside this.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.models.handover.cause import CALLS_FOR_PEOPLE, RETURNS, Cause
from console.models.handover.delivery import Call, HandoverDelivery
from console.models.holder import Holder, label_of
from console.models.timeline import TimelineQuerySet
from personas.models.retry import ScheduledQuerySet

EARLIER = 20  # changes of holder among which those are found that an undone one followed

UNDO = timedelta(seconds=8)
LONGEST_UNDO = timedelta(minutes=2)  # a desk offers it for as long as the pointer or the focus is on it


class HandoverQuerySet(ScheduledQuerySet, TimelineQuerySet):
    def record(self, conversation, at, **change):
        """Record a change of holder that is about to be made."""
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

    def latest_causers(self, conversation_ids):
        """Return {conversation's key: key of the agent who made its last change of holder, or None}."""
        changes = self.filter(conversation__in=conversation_ids).exclude(cause=Cause.REQUESTED)
        latest = changes.order_by("conversation", "-at", "-pk").distinct("conversation")
        return dict(latest.values_list("conversation", "by"))

    def pending(self):
        """Filter to handovers whose call to Facebook is still to be made."""
        return self.filter(done_at=None).exclude(call="").order_by("at", "pk")

    def unannounced(self):
        """Filter to handovers to announce to the customer as soon as they can no longer be undone."""
        return self.filter(call=Call.ANNOUNCE)

    def undoable_by(self, agent):
        """Filter to handovers that this agent was offered to undo."""
        return self.filter(by=agent, from_agent=agent, undo_until__isnull=False)

    def for_thread(self):
        return self.select_related("from_agent", "to_agent", "to_team", "by")


class Handover(HandoverDelivery):
    from_agent_id: int | None
    to_agent_id: int | None

    conversation = models.ForeignKey("console.Conversation", models.PROTECT, related_name="handovers", db_index=False)
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
    undo_until = models.DateTimeField(null=True, editable=False)  # bots learn of the change then
    at = models.DateTimeField(_("when"))  # its place in the thread
    revision = models.BigIntegerField(editable=False)  # the conversation's when this last changed

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
            return gettext("closed")
        if self.to_holder == Holder.QUEUE and self.to_team:
            return f"{Holder.QUEUE.label} · {self.to_team}"
        return self._label(self.to_holder, self.to_agent, self.to_app)

    @property
    def is_change(self):
        """Return whether the holder changed. An app that asks for the conversation changes nothing."""
        before, after = (self.from_holder, self.from_agent_id), (self.to_holder, self.to_agent_id)
        return before != after or self.cause == Cause.CLOSED

    # Undo

    @staticmethod
    def end_of_undo():
        return timezone.now() + UNDO

    @property
    def undo_seconds(self):
        return UNDO.seconds

    @property
    def is_too_late_to_undo(self):
        return self.undo_until is None or self.undo_until < timezone.now() - LONGEST_UNDO

    @property
    def is_answered(self):
        """Return whether the new holder has replied already."""
        replies = self.conversation.messages.filter(is_incoming=False, is_automatic=False)
        return replies.filter(at__gt=self.at).exists()

    def changes_before(self):
        """Return the last changes of holder before this one, in order."""
        earlier = self.conversation.handovers.filter(at__lt=self.at).exclude(cause=Cause.REQUESTED)
        return list(earlier.order_by("-at", "-pk")[:EARLIER])[::-1]

    # The reason of the conversation

    def keeps_reason(self):
        """Return whether the conversation still waits for the reason that it had before this change.

        An agent who takes it comes for that reason, and whoever returns it without a note adds none.
        """
        if self.cause == Cause.UNDONE:
            return True
        if (self.from_holder, self.to_holder) == (Holder.QUEUE, Holder.AGENT):
            return self.cause != Cause.NOT_SENT
        reason = self.conversation.reason
        says_why = reason and (reason.note or reason.cause in CALLS_FOR_PEOPLE)
        return bool(says_why) and not self.note and self.cause in RETURNS

    def _label(self, holder, agent, app):
        page = self.conversation.page if holder == Holder.BOT else None
        return label_of(page, holder, agent, app)
