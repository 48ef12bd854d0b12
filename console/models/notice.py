"""One thing that a Page's bot has to be told: an event of Facebook's, or who holds a conversation now.

The row is the outbox: written with the change it tells of, deleted once the bot has taken it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet):
    def tell(self, handover):
        """Who holds a conversation now."""

    def relay(self, arrival, heard):
        """What Facebook told. heard: [(event, conversation or None)] of one webhook body, in its order."""


class Notice(models.Model):
    class Kind(models.TextChoices):
        EVENT = "event", _("event")  # to the bot's webhook, as Facebook would
        HOLDER = "holder", _("holder")  # to the address for changes of holder

    page = models.ForeignKey("personas.Page", models.CASCADE, related_name="notices")
    conversation = models.ForeignKey("console.Conversation", models.PROTECT, related_name="notices", null=True)
    kind = models.CharField(max_length=8, choices=Kind)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice to a bot")
        verbose_name_plural = _("notices to bots")
        ordering = ["pk"]
        indexes = [models.Index(fields=["page", "conversation", "kind", "id"], name="notice_lane")]

    def __str__(self):
        return f"{self.kind} {self.pk}"
