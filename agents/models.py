"""Who we are: Agent is the user model."""

import re
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.names import isolated, plain
from agents.pictures import check_picture, new_path
from agents.rights import Rights

MAX_NAME = 50  # characters, Facebook's limit for a persona's name
GRACE = timedelta(seconds=60)  # so long a desk may be silent before its agent counts as away: networks come and go
SEEN_EVERY = timedelta(seconds=15)  # at most; written down for each agent


def picture_path(agent, filename):
    return new_path("agents")


class AgentQuerySet(models.QuerySet):
    def working(self):
        """Everybody who has not left."""
        return self.filter(is_active=True)

    def present(self):
        """At work by their own choice, and with a desk that was open a moment ago if they ever had one."""
        return self.working().filter(Q(seen_at=None) | Q(seen_at__gt=timezone.now() - GRACE), is_present=True)

    def vanished(self):
        """Chose to be present, but no desk of theirs is open any more."""
        return self.working().filter(is_present=True, seen_at__lte=timezone.now() - GRACE)

    def lose(self):
        """Away since their desk was last open. One that opens again in this very moment keeps its agent."""
        for agent in self.vanished():
            row = Agent.objects.vanished().filter(pk=agent.pk)
            if row.update(is_present=False, is_lost=True, away_since=F("seen_at")):
                agent.conversations.show_presence()


class AgentManager(UserManager.from_queryset(AgentQuerySet)):
    pass


class Agent(Rights, AbstractUser):
    """A person who answers. `is_active` is false once they have left."""

    picture = models.ImageField(
        _("picture"),
        upload_to=picture_path,
        blank=True,
        validators=[check_picture],
        help_text=_("What customers see beside their messages: square, 8 MB at most. Initials where there is none."),
    )
    is_present = models.BooleanField(_("present"), default=False)
    away_since = models.DateTimeField(_("away since"), null=True, blank=True, editable=False)
    seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)  # by an open desk
    is_lost = models.BooleanField(default=False, editable=False)  # away because no desk of theirs is there any more
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), default=5, help_text=_("How many open conversations may be assigned to them.")
    )
    assigned_at = models.DateTimeField(null=True, editable=False)  # the last conversation
    left_at = models.DateTimeField(_("left"), null=True, blank=True, editable=False)

    objects = AgentManager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ["first_name", "last_name", "username"]

    def __str__(self):
        return isolated(self.get_full_name() or self.username)

    @property
    def public_name(self):
        """The name that customers see, by PERSONA_NAME_PATTERN; a missing last name leaves nothing dangling."""
        first, last = plain(self.first_name).strip() or self.username, plain(self.last_name).strip()
        name = settings.PERSONA_NAME_PATTERN.format(first=first, last=last, last_initial=last[:1])
        return re.sub(r"\s+\W*$", "", name.strip())[:MAX_NAME].strip() or first[:MAX_NAME]

    def come_back(self):
        """To work. The desk from which they do so is open, and has the grace to show it."""
        self._become(is_present=True, away_since=None, seen_at=self.seen_at and timezone.now())
        self.conversations.assign_later()

    def log_out(self):
        """One device fewer. A desk that is still open on another shows itself at once, and keeps its agent at work."""
        if self.is_present:
            self._become(is_present=False, is_lost=True, away_since=timezone.now())

    def go_away(self):
        """For a break or the night: personas and conversations stay."""
        self._become(is_present=False, away_since=self.away_since or timezone.now())

    def be_seen(self):
        """A desk of theirs is open. Who was lost is back; who went away by hand stays away."""
        row, now = Agent.objects.filter(pk=self.pk), timezone.now()
        if self.is_lost:
            self._be_found(row.filter(is_lost=True), now)
        elif self.seen_at is None or self.seen_at <= now - SEEN_EVERY:
            row.filter(Q(seen_at=None) | Q(seen_at__lte=now - SEEN_EVERY)).update(seen_at=now)

    @transaction.atomic
    def leave(self):
        """End this agent's work: their conversations go back to the queue, their personas off Facebook, they out.

        Raises OnlyAdmin for the last superuser.
        """
        self.check_not_last_admin()
        self.is_active = self.is_present = self.is_lost = False
        self.left_at = timezone.now()
        self.away_since = self.away_since or self.left_at
        self.departures += 1
        self.save(update_fields=["is_active", "is_present", "is_lost", "away_since", "left_at", "departures"])
        self.conversations.release()
        self.personas.withdraw()

    def return_to_work(self):
        """Let an agent who had left in again, away until they log in; personas come on first use."""
        self.is_active, self.left_at = True, None
        self.save(update_fields=["is_active", "left_at"])

    def _be_found(self, row, now):
        self.seen_at, self.is_present, self.is_lost, self.away_since = now, True, False, None
        if row.update(seen_at=now, is_present=True, is_lost=False, away_since=None):
            self.conversations.show_presence()
            self.conversations.assign_later()

    def _become(self, **fields):
        fields = {"is_lost": False, **fields}
        for name, value in fields.items():
            setattr(self, name, value)
        self.save(update_fields=fields)
        self.conversations.show_presence()
