"""Leaving: the end of an agent's work here, and their return."""

from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.absence import NO_ABSENCE
from agents.presence import Presence
from agents.rights import Rights


class Leaving(Presence, Rights):
    """The part of an Agent that ends their work and begins it again."""

    personas: Any

    left_at = models.DateTimeField(_("left"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @transaction.atomic
    def leave(self):
        """End the agent's work: return their conversations to the queue, delete their personas, close their account.

        An agent who has left already stays as they are. Raises OnlyAdmin for the last superuser.
        """
        self.check_not_last_admin()
        if not self._lock_working():
            return
        self.is_active = self.is_present = self.is_auto_away = False
        self.left_at = timezone.now()
        self.away_since = self.away_since or self.left_at
        self.departures += 1
        for name, value in NO_ABSENCE.items():
            setattr(self, name, value)
        changed = ["is_active", "is_present", "is_auto_away", "away_since", "left_at", "departures"]
        self.save(update_fields=[*changed, *NO_ABSENCE])
        self.conversations.return_to_queue()
        self.conversations.publish_presence(self)
        self.personas.withdraw()

    def _lock_working(self):
        """Lock the row until the transaction ends; return whether the agent still works here."""
        working = type(self)._default_manager.filter(pk=self.pk, is_active=True)
        return working.select_for_update(no_key=True).first() is not None

    def return_to_team(self):
        """Let an agent who left log in again. They are away until they do; personas are created on first use."""
        self.is_active, self.left_at = True, None
        self.save(update_fields=["is_active", "left_at"])
