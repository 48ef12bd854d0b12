"""Unattended conversations: the customer waits, and nobody would notice. The sweep, the tests and chaos ask for them.

A conversation is attended if it waits in the queue, if an agent holds it who works here and may see its Page, if a bot
that runs holds it, or if it is open elsewhere: timeouts bring that back (see `timeouts.py`).
"""

import logging

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from agents.models import Agent
from agents.roles import ANSWER
from console.models.conversation.inbox import RECENTLY, InboxQuerySet
from console.models.conversation.transitions import Transitions
from console.models.conversation.waiting import has_spoken_lately, has_undelivered_words
from console.models.handover.cause import Cause
from console.models.holder import Holder
from console.models.message.message import Message
from personas.models import Page

NO_BOT = Q(rules=None) | Q(rules__webhook_url="", rules__bot_app_id="") | Q(state__in=Page.State.ended())

logger = logging.getLogger(__name__)


class UnattendedQuerySet(InboxQuerySet):
    def unattended(self):
        """Filter to conversations whose customer nobody will answer, or whose refused reply nobody will see."""
        waiting = self.filter(waiting_since__isnull=False)
        lost = [
            waiting.filter(closed_at__isnull=False),
            waiting.without_agent(),
            waiting.without_bot(),
            self.with_unsent_reply(),
        ]
        pks = [rows.order_by().values("pk") for rows in lost]
        return self.filter(pk__in=pks[0].union(*pks[1:], all=True))

    def without_agent(self):
        """Filter to conversations of an agent who has left, or may no longer see the Page or answer customers."""
        groups = Page.groups.through.objects.filter(page=OuterRef("page"), group__user=OuterRef("agent"))
        may_see = Q(agent__is_superuser=True) | Q(page__is_open_to_all=True) | Exists(groups)
        answers = Q(agent__in=Agent.objects.who_may(ANSWER).order_by().values("pk"))
        return self.filter(closed_at=None, agent__isnull=False).filter(~(Q(agent__is_active=True) & may_see & answers))

    def bring_back(self):
        """Bring each of these back to a holder. An error in one does not stop the others."""
        for conversation in self.order_by("customer__psid", "pk"):
            logger.error("Conversation %s was out of sight (%s)", conversation.pk, conversation.holder_key)
            try:
                conversation.bring_back()
            except Exception:
                logger.exception("Conversation %s stays out of sight", conversation.pk)

    def without_bot(self):
        """Filter to conversations with a bot that is gone, or that accepted the message and went down before it
        answered.
        """
        down = Page.objects.filter(rules__bot_down_until__gt=timezone.now())
        gone = Q(page__in=Page.objects.filter(NO_BOT)) | Q(has_spoken_lately(), ~has_undelivered_words(), page__in=down)
        return self.filter(gone, closed_at=None, holder=Holder.BOT)

    def with_unsent_reply(self):
        """Filter to conversations that were closed or handed back before Facebook refused a reply, unseen by its
        author.
        """
        unsent = Message.objects.unsent().filter(is_automatic=False, at__gt=timezone.now() - RECENTLY).order_by()
        later = unsent.filter(conversation=OuterRef("pk"), revision__gt=Coalesce(OuterRef("reason__revision"), 0))
        nobody = Q(closed_at__isnull=False) | Q(holder=Holder.BOT)
        return self.filter(nobody, Exists(later), pk__in=unsent.values("conversation"))


class Unattended(Transitions):
    """The slice of a Conversation that brings it back to a holder when it is unattended."""

    class Meta:
        abstract = True
        indexes = [
            models.Index(  # of none, if all goes well
                fields=["id"],
                condition=Q(closed_at__isnull=False, waiting_since__isnull=False),
                name="conversation_closed_away",
            ),
        ]

    def bring_back(self):
        """Return the conversation to a holder who attends to it, if it is still unattended."""
        with self.changing():
            rows = type(self).objects.filter(pk=self.pk)
            if rows.with_unsent_reply().exists():
                _return_unsent(self)
            elif rows.unattended().exists():
                self.put_in_queue(_why_out_of_sight(self))

    def note_unsent(self):
        """Bring the conversation back after Facebook refused a reply, if its author has let go of it before."""
        with self.changing():
            if type(self).objects.filter(pk=self.pk).with_unsent_reply().exists():
                _return_unsent(self)
            elif self.is_snoozed:
                self.note_snooze_end(is_unseen=True)


def _return_unsent(conversation):
    """Return the conversation to the author of the reply, if they are present, else to the queue."""
    message = conversation.messages.unsent().filter(is_automatic=False).latest("revision")
    conversation.start_waiting()
    why = {"cause": Cause.NOT_SENT, "team": conversation.team, "note": message.error}
    if message.author and conversation.page.agents().who_may(ANSWER).present().filter(pk=message.author_id).exists():
        conversation.change_holder(Holder.AGENT, agent=message.author, **why)
    else:
        conversation.change_holder(Holder.QUEUE, **why)


def _why_out_of_sight(conversation):
    if conversation.agent:
        return Cause.NO_ACCESS if conversation.agent.is_active else Cause.LEFT
    if conversation.holder == Holder.BOT and conversation.is_open:
        return Cause.BOT_DOWN if conversation.rules.has_bot else Cause.NO_BOT
    return Cause.OVERLOOKED
