"""The holder of a conversation: the bot, the queue, an agent, or somebody elsewhere. One at a time."""

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from agents.roles import ANSWER, TRANSFER
from console.models.conversation.revision import Revision
from console.models.holder import Holder, label_of, name_for_bot, name_of
from console.models.refusals import TakenByAnother


class Holding(Revision):
    """The columns that say who holds a Conversation, and why. `transitions.py` alone writes them."""

    agent_id: int | None
    team_id: int | None

    holder = models.CharField(_("holder"), max_length=10, choices=Holder, default=Holder.QUEUE)
    agent = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="conversations",
        null=True,
        blank=True,
        verbose_name=_("held by"),
    )
    team = models.ForeignKey(
        "console.Team",
        models.SET_NULL,
        related_name="conversations",
        null=True,
        blank=True,
        verbose_name=_("team"),
    )
    elsewhere_app = models.TextField(blank=True, editable=False)  # the id of the other app that holds it
    reason = models.ForeignKey(  # the change of holder that explains why it is there
        "console.Handover", models.SET_NULL, related_name="+", null=True, editable=False
    )
    held_since = models.DateTimeField(_("held since"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(holder__in=["bot", "queue"]), name="nobody_holds_what_is_closed"
            ),
            models.CheckConstraint(
                condition=Q(holder="agent", agent__isnull=False) | ~Q(holder="agent") & Q(agent=None),
                name="an_agent_holds_what_is_held_by_one",
            ),
        ]

    @property
    def is_open(self):
        return self.closed_at is None

    def is_held_by(self, agent):
        """Return whether this agent holds it, or with None the bot."""
        if agent is None:
            return self.holder == Holder.BOT
        return self.is_open and self.agent_id == agent.pk

    @property
    def holder_name(self):
        return name_of(self.page, self.holder, self.agent, self.elsewhere_app)

    @property
    def holder_name_for_bot(self):
        return name_for_bot(self.rules, self.page, self.holder, self.agent, self.elsewhere_app)

    @property
    def holder_label(self):
        """Return the holder's name for agents, with a mark where that is no colleague."""
        is_named_bot = self.holder == Holder.BOT and self.page.bot_name
        return label_of(self.page, self.holder, self.agent, self.elsewhere_app) if is_named_bot else self.holder_name

    @property
    def holder_key(self):
        """A short text that differs between holders, for browsers to compare."""
        return f"{self.holder}-{self.agent_id or self.elsewhere_app}"

    @property
    def default_holder(self):
        """The holder of conversations that no person holds."""
        return Holder.BOT if self.rules.has_bot else Holder.QUEUE

    def may_be_transferred_by(self, agent):
        """Return whether this agent holds it, or may transfer what colleagues hold."""
        return self.is_held_by(agent) or (self.holder == Holder.AGENT and agent.has_perm(TRANSFER))

    def transfer_targets(self):
        """Return the colleagues who can receive it now, each with the number of open conversations that they hold."""
        able = self.page.agents().who_may(ANSWER)
        present = able.filter(is_present=True).exclude(pk=self.agent_id)
        held = Count("conversations", filter=Q(conversations__closed_at=None), distinct=True)
        return present.annotate(held=held).order_by("first_name", "last_name", "username")

    def check_held_by(self, agent):
        if not self.is_held_by(agent):
            raise TakenByAnother(self)
