"""A draft: a reply that an agent has begun and not sent. Its author alone sees it, on all their devices."""

from typing import Any, ClassVar

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console import live
from console.models.refusals import Refused
from console.wording.quick_replies import titles_in


class NewerDraft(Refused):
    """Another device of the agent's has saved a later draft."""

    def __init__(self, draft):
        self.draft = draft
        super().__init__(gettext("You have written something else on another device."))


class DraftQuerySet(models.QuerySet):
    def newest_of(self, agent, pages, count):
        """Return the latest drafts of an agent on the Pages with these keys."""
        return self.filter(agent=agent, conversation__page__in=list(pages)).order_by("-at")[:count]

    def of(self, agent, conversation):
        return self.filter(agent=agent, conversation=conversation).first()

    def write(self, agent, conversation, text, after=0, reply_to=None, quick_replies=""):
        """Save the draft, or delete it if nothing is left of it. Return its version; 0 for no draft.

        after: the version that the agent's device has. Raises NewerDraft if another device has saved a later one.
        reply_to: the key of the message that it quotes. quick_replies: titles of those under it, one in a line.
        """
        with transaction.atomic():
            known = self.select_for_update().of(agent, conversation)
            if known and known.version > after and known.text != text:
                raise NewerDraft(known)
            quoted = reply_to and conversation.messages.filter(pk=reply_to).first()
            return self._replace(agent, conversation, text, quoted, quick_replies)

    def discard_sent(self, agent, conversation, text):
        """Delete the draft that has been sent. A draft that the agent has begun since stays."""
        draft = self.of(agent, conversation)
        if draft and draft.text.strip() == text.strip():
            self._replace(agent, conversation, "")

    def _replace(self, agent, conversation, text, reply_to=None, quick_replies=""):
        live.publish(f"draft-{agent.pk}-{conversation.pk}")
        whose = {"agent": agent, "conversation": conversation}
        if not text.strip() and not quick_replies:
            self.filter(**whose).delete()
            return 0
        draft = {"text": text, "reply_to": reply_to, "quick_replies": quick_replies, "at": timezone.now()}
        return self.update_or_create(**whose, defaults=draft)[0].version


class Draft(models.Model):
    agent = models.ForeignKey("agents.Agent", models.CASCADE, related_name="drafts", db_index=False)
    conversation = models.ForeignKey("console.Conversation", models.CASCADE, related_name="drafts")
    text = models.TextField(_("text"))
    reply_to = models.ForeignKey("console.Message", models.SET_NULL, related_name="+", null=True, editable=False)
    quick_replies = models.TextField(_("quick replies"), blank=True, default="", db_default="")  # one in a line
    at = models.DateTimeField(_("when"))

    objects: ClassVar[Any] = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["agent", "conversation"], name="one_draft_per_conversation")]

    def __str__(self):
        return self.words[:50]

    @property
    def words(self):
        return self.text if self.text.strip() else ", ".join(titles_in(self.quick_replies))

    @property
    def version(self):
        """Return a number that grows with each change."""
        return int(self.at.timestamp() * 1_000_000)
