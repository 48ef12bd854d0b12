"""Every unanswered customer is in somebody's sight. This is one query, which the sweep, the tests and chaos ask.

In sight is what waits in the queue, what an agent holds who works here and may see its Page, what a bot holds that is
there, and what is open elsewhere: clocks bring that back (see `timeouts.py`).
"""

import logging
from datetime import timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from console.models.bot_event.bot_event import BotEvent
from console.models.handover import Cause, Holder
from console.models.message.message import Message
from personas.models import Page

RECENTLY = timedelta(days=1)  # so long a reply that failed, or may have, shows in the queue and calls its author
BOT_ANSWERS_WITHIN = timedelta(minutes=5)
NO_BOT = Q(rules=None) | Q(rules__webhook_url="", rules__bot_app_id="") | Q(state__in=Page.State.ended())

logger = logging.getLogger(__name__)


class UnattendedQuerySet(models.QuerySet):
    def unattended(self):
        """Unanswered, and closed, or with an agent or a bot that is not there; or with a refused reply nobody saw."""
        waiting = self.filter(waiting_since__isnull=False)
        lost = [waiting.filter(closed_at__isnull=False), waiting.orphaned(), waiting._deserted(), self._unsent()]
        pks = [rows.order_by().values("pk") for rows in lost]
        return self.filter(pk__in=pks[0].union(*pks[1:], all=True))

    def orphaned(self):
        """Held by an agent who has left, or may not see the Page any more."""
        groups = Page.groups.through.objects.filter(page=OuterRef("page"), group__user=OuterRef("agent"))
        may_see = Q(agent__is_superuser=True) | Q(page__is_open_to_all=True) | Exists(groups)
        return self.filter(closed_at=None, agent__isnull=False).filter(~(Q(agent__is_active=True) & may_see))

    def bring_back(self):
        """Bring them back. One that fails stops none of the others."""
        for conversation in self.order_by("customer__psid", "pk"):
            logger.error("Conversation %s was out of sight (%s)", conversation.pk, conversation.held_in_short)
            try:
                conversation.bring_back()
            except Exception:
                logger.exception("Conversation %s stays out of sight", conversation.pk)

    def _deserted(self):
        """With the bot of a Page that has none, or whose bot took it and went down before it answered."""
        down = Page.objects.filter(rules__bot_down_until__gt=timezone.now())
        unheard = Exists(BotEvent.objects.with_words().filter(conversation=OuterRef("pk")).order_by())
        lately = Q(last_at__gt=timezone.now() - BOT_ANSWERS_WITHIN)
        gone = Q(page__in=Page.objects.filter(NO_BOT)) | Q(lately, ~unheard, page__in=down)
        return self.filter(gone, closed_at=None, holder=Holder.BOT)

    def _unsent(self):
        """Closed or handed back before Facebook refused a reply: whoever wrote it looks elsewhere by now."""
        unsent = Message.objects.unsent().filter(is_automatic=False, at__gt=timezone.now() - RECENTLY).order_by()
        later = unsent.filter(conversation=OuterRef("pk"), revision__gt=Coalesce(OuterRef("reason__revision"), 0))
        nobody = Q(closed_at__isnull=False) | Q(holder=Holder.BOT)
        return self.filter(nobody, Exists(later), pk__in=unsent.values("conversation"))


class Unattended:
    """The part of a Conversation that somebody always looks at."""

    def bring_back(self):
        """Give it to somebody who looks, if still nobody does."""
        with self.changing():
            rows = type(self).objects.filter(pk=self.pk)
            if rows._unsent().exists():
                self._return_unsent()
            elif rows.unattended().exists():
                self._hand_over(self._why_out_of_sight())

    def note_unsent(self):
        """Facebook refused a reply. Whoever let go of the conversation before has to learn of it."""
        with self.changing():
            if type(self).objects.filter(pk=self.pk)._unsent().exists():
                self._return_unsent()

    def _return_unsent(self):
        """To the author of the reply, if they are there; else to the queue."""
        message = self.messages.unsent().filter(is_automatic=False).latest("revision")
        self.waiting_since = self.waiting_since or timezone.now()
        why = {"cause": Cause.NOT_SENT, "team": self.team, "note": message.error}
        if message.author and self.page.agents().present().filter(pk=message.author_id).exists():
            self._give(Holder.AGENT, agent=message.author, **why)
            self._expect_answer()
            self.is_new = True
        else:
            self._give(Holder.QUEUE, **why)

    def _why_out_of_sight(self):
        if self.agent:
            return Cause.NO_ACCESS if self.agent.is_active else Cause.LEFT
        if self.holder == Holder.BOT and self.is_open:
            return Cause.BOT_DOWN if self.rules.has_bot else Cause.NO_BOT
        return Cause.OVERLOOKED
