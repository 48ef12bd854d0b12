"""A snooze: an agent sets a conversation aside, until a moment or until the customer writes."""

import logging
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import live
from console.models.conversation.checks import check_all_seen
from console.models.refusals import Refused

SWEEP_BATCH = 200

logger = logging.getLogger(__name__)


class WaitsForAnswer(Refused):
    """The customer might wait for ever: nobody would look, and they have no reason to write again."""


class SnoozeQuerySet(models.QuerySet):
    def snooze(self, conversation, agent, until=None, seen=None):
        """Set a conversation aside. until: None is until the customer writes, which ends every snooze.

        seen: the last message that the agent has seen. Raises Refused if the agent does not hold it, has not seen a
        newer message of the customer's, or gives no moment although the customer waits for an answer.
        """
        with conversation.changing():
            conversation.check_held_by(agent)
            check_all_seen(conversation, until=seen)
            if until is None and conversation.waiting_since:
                raise WaitsForAnswer(gettext("%(name)s waits for an answer: choose a moment.") % {"name": conversation})
            conversation.note_snooze()
            self.update_or_create(conversation=conversation, defaults={"until": until})
            live.publish(f"holder-{conversation.pk}")  # another moment does not change the conversation itself

    def end_snooze(self, conversation, agent):
        """End the snooze of a conversation. Raises Refused if the agent does not hold it."""
        with conversation.changing():
            conversation.check_held_by(agent)
            conversation.note_snooze_end()

    def due(self):
        return self.filter(conversation__is_snoozed=True, until__lte=timezone.now())

    def end_due(self):
        """End due snoozes. An unexpected failure of one stops no other, and the sweep tries it again."""
        self.filter(conversation__is_snoozed=False, until__lte=timezone.now()).update(until=None)
        for snooze in self.due().select_related("conversation").order_by("until")[:SWEEP_BATCH]:
            try:
                snooze.end()
            except Exception:
                logger.exception("The snooze of conversation %s does not end", snooze.pk)


class Snooze(models.Model):
    """The last snooze of a conversation. The conversation itself says whether it lasts: many things end one."""

    conversation = models.OneToOneField(
        "console.Conversation", models.CASCADE, primary_key=True, related_name="snooze", verbose_name=_("conversation")
    )
    until = models.DateTimeField(_("until"), null=True, db_index=True)

    objects: ClassVar[Any] = SnoozeQuerySet.as_manager()

    class Meta:
        verbose_name = _("snooze")
        verbose_name_plural = _("snoozes")

    def __str__(self):
        return f"{self.conversation} {self.until}"

    def end(self):
        """End it, unless it has ended or been prolonged meanwhile."""
        conversation = self.conversation
        with conversation.changing():
            if Snooze.objects.due().filter(pk=self.pk).exists():
                conversation.note_snooze_end(is_unseen=True)
