"""A conversation: everything said between one Customer and one Page.

An agent or the bot holds it, or it waits in the queue.

The slices own their columns, scopes and verbs, and build upon each other: revision, place in the queue, holder, wait,
transitions, thread control, messaging window, replies.
"""

from typing import Any
from zlib import crc32

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from console.models.conversation.assignment import AssignmentQuerySet
from console.models.conversation.disconnection import give_up
from console.models.conversation.inbox import Inbox
from console.models.conversation.next import NextQuerySet
from console.models.conversation.receipts import Receipts
from console.models.conversation.replies import Replies
from console.models.conversation.sending import SendingQuerySet
from console.models.conversation.timeouts import Timeouts, TimeoutsQuerySet
from console.models.conversation.transitions import Transitions
from console.models.conversation.typing import Typing
from console.models.conversation.unattended import Unattended, UnattendedQuerySet
from console.models.conversation.undo import Undo
from console.models.handover.cause import Cause


class ConversationQuerySet(NextQuerySet, AssignmentQuerySet, TimeoutsQuerySet, UnattendedQuerySet, SendingQuerySet):
    def give_up(self):
        """Give up messages that wait to go out, and bot events: the Page is disconnected."""
        self.hand_over_unanswered(cause=Cause.DISCONNECTED)
        give_up(self)


class Conversation(Replies, Timeouts, Unattended, Receipts, Typing, Undo):
    labels: Any

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = Transitions.Meta.constraints
        permissions = [("take_over_conversation", _("Can take a conversation over from a present colleague"))]
        indexes = [*Inbox.Meta.indexes, *Timeouts.Meta.indexes, *Unattended.Meta.indexes]

    def __str__(self):
        return str(self.customer)

    @cached_property
    def shown_labels(self) -> list:
        Conversation.objects.read_labels([self])
        return self.shown_labels

    @property
    def headline(self):
        """Return the values that stand above and below the thread. Messages alone do not change them."""
        holding = self.holder, self.agent_id, self.team_id, self.elsewhere_app, self.closed_at
        return *holding, self.is_snoozed, self.shown_window, self.returns_at

    @property
    def headline_key(self):
        """Return a number that changes with the headline, for browsers to compare."""
        page = (self.page.state, self.page.paused_since, self.page.why_paused)
        moderation = getattr(self.customer, "moderation", None)
        blocked = moderation and (moderation.action, moderation.state)
        labels = [(label.pk, label.name, label.colour) for label in self.shown_labels]
        presence = self.agent and (self.agent.is_present, self.agent.away_reason)
        return crc32(repr((self.headline, page, presence, blocked, labels)).encode())
