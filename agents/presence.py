"""Presence: whether an agent is present, by their own choice and as long as an inbox of theirs is open."""

from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.absence import NO_ABSENCE, Absence, absence

GRACE = timedelta(seconds=60)  # an inbox may be silent for so long before its agent is away: networks fail briefly
NOTED_EVERY = timedelta(seconds=15)  # last_seen_at is written at most so often for each agent


class PresenceQuerySet(models.QuerySet):
    def working(self):
        """Filter to the agents who have not left."""
        return self.filter(is_active=True)

    def present(self):
        """Filter to the agents who chose to be present, except those whose inbox was open before but no longer is."""
        return self.working().filter(Q(last_seen_at=None) | Q(last_seen_at__gt=timezone.now() - GRACE), is_present=True)

    def gone_offline(self):
        """Filter to the agents who chose to be present but whose inbox is no longer open."""
        return self.working().filter(is_present=True, last_seen_at__lte=timezone.now() - GRACE)

    def note_online(self):
        """Note that inboxes of these agents are open. It takes two queries, and more if some come online again."""
        for agent in self.filter(is_auto_away=True):
            agent.note_online()
        now = timezone.now()
        is_old = Q(last_seen_at=None) | Q(last_seen_at__lte=now - NOTED_EVERY)
        self.filter(is_old, is_auto_away=False).update(last_seen_at=now)

    def make_offline_away(self):
        """Make agents who went offline away since then. Agents who open their inbox right now stay present."""
        for agent in self.gone_offline():
            row = self.model._default_manager.gone_offline().filter(pk=agent.pk)
            if row.update(is_present=False, is_auto_away=True, away_since=F("last_seen_at")):
                agent.conversations.publish_presence(agent)

    def end_absences(self):
        """End the absences whose time is over. An open inbox makes its agent present; who has none stays away."""
        for agent in self.working().filter(back_at__lte=timezone.now()):
            row = self.model._default_manager.filter(pk=agent.pk, back_at=agent.back_at)
            if row.update(is_auto_away=True, away_since=F("back_at"), **NO_ABSENCE):
                agent.conversations.publish_presence(agent)


class Presence(Absence):
    """The part of an Agent that says whether they are present."""

    conversations: Any  # assigned to them

    is_present = models.BooleanField(_("present"), default=False)
    away_since = models.DateTimeField(_("away since"), null=True, blank=True, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)  # by an open inbox
    is_auto_away = models.BooleanField(default=False, editable=False)  # as no inbox of theirs is open any more

    class Meta:
        abstract = True

    def come_back(self):
        """Be present. The inbox that they use is given the grace period to report."""
        self._become(is_present=True, away_since=None, last_seen_at=self.last_seen_at and timezone.now())
        self.conversations.assign_later()

    def go_away(self, reason="", minutes=None, by=""):
        """Be away, for a break or the night. Personas and conversations stay.

        minutes: be right back after so many, and keep the conversations until then. by: the colleague who says so.
        """
        kept_until_now = self.back_at and self.back_at > timezone.now()
        since = (not kept_until_now and self.away_since) or timezone.now()
        self._become(is_present=False, away_since=since, **absence(reason, minutes, by))

    def log_out(self):
        """Be away after a log-out. An inbox still open on another device makes them present again."""
        if self.is_present:
            self._become(is_present=False, is_auto_away=True, away_since=timezone.now())

    def note_online(self):
        """Note that an inbox of theirs is open. That ends an automatic absence, but not one that they chose."""
        row, now = type(self)._default_manager.filter(pk=self.pk), timezone.now()
        if self.is_auto_away:
            self._come_online_again(row.filter(is_auto_away=True), now)
        elif self.last_seen_at is None or self.last_seen_at <= now - NOTED_EVERY:
            row.filter(Q(last_seen_at=None) | Q(last_seen_at__lte=now - NOTED_EVERY)).update(last_seen_at=now)

    def _come_online_again(self, row, now):
        self.last_seen_at, self.is_present, self.is_auto_away, self.away_since = now, True, False, None
        if row.update(last_seen_at=now, is_present=True, is_auto_away=False, away_since=None):
            self.conversations.publish_presence(self)
            self.conversations.assign_later()

    def _become(self, **fields):
        fields = {"is_auto_away": False, **NO_ABSENCE, **fields}
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=fields)
        self.conversations.publish_presence(self)
