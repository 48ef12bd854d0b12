"""An agent's rules of being called: by which news, after how many minutes, not at night, and how loudly."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.calls.calling import CallRulesQuerySet
from console.calls.deciding import CallChoices
from console.wording.moments import zone_of


class Minutes(models.IntegerChoices):
    NEVER = 0, _("never")
    TWO = 2, _("2 minutes")
    FIVE = 5, _("5 minutes")
    TEN = 10, _("10 minutes")
    HALF_AN_HOUR = 30, _("30 minutes")
    HOUR = 60, _("1 hour")
    THREE_HOURS = 180, _("3 hours")


class Volume(models.IntegerChoices):
    SILENT = 0, _("no sound")
    LOW = 20, _("low")
    NORMAL = 50, _("normal")
    LOUD = 100, _("loud")


class CallRules(models.Model):
    """The rules of one agent. An agent without a row has the defaults."""

    agent = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="call_rules")
    silent = models.JSONField(default=list)  # the news that do not call
    unanswered_after = models.PositiveSmallIntegerField(
        _("a customer of mine waits for"), choices=Minutes, default=Minutes.TEN
    )
    queue_after = models.PositiveSmallIntegerField(
        _("a customer in the queue waits for"), choices=Minutes, default=Minutes.TEN
    )
    window_within = models.PositiveSmallIntegerField(
        _("the messaging window closes, and a customer of mine waits, in"), choices=Minutes, default=Minutes.HOUR
    )
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)  # of the browser in which the hours were chosen
    volume = models.PositiveSmallIntegerField(_("volume"), choices=Volume, default=Volume.NORMAL)

    objects: ClassVar[Any] = CallRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("rules of calls")
        verbose_name_plural = _("rules of calls")

    def __str__(self):
        return str(self.agent)

    @classmethod
    def of(cls, agent):
        return getattr(agent, "call_rules", None) or cls(agent=agent)

    @property
    def choices(self):
        return CallChoices(self.agent.calls, frozenset(self.silent), self.quiet_from, self.quiet_until)

    @property
    def time_of_day(self):
        """Return what the clock of the agent shows."""
        return timezone.localtime(timezone=zone_of(self.time_zone)).time()
