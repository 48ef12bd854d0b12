"""Business hours of a Page or a team: the spans of the week in which people are there, and holidays."""

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _


class OfPageOrTeam(models.Model):
    page = models.ForeignKey("personas.Page", models.CASCADE, related_name="%(class)s_set", null=True, blank=True)
    team = models.ForeignKey("console.Team", models.CASCADE, related_name="%(class)s_set", null=True, blank=True)

    page_id: int | None
    team_id: int | None

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(page=None, team__isnull=False) | Q(page__isnull=False, team=None),
                name="%(class)s_of_page_or_team",
            )
        ]


class BusinessHours(OfPageOrTeam):
    """One span of a weekday. A day may have several; a day without any is closed."""

    weekday = models.PositiveSmallIntegerField(_("day"), choices=WEEKDAYS.items())  # 0 is Monday
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))  # 00:00 is the end of the day

    class Meta(OfPageOrTeam.Meta):
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ["weekday", "opens"]
        constraints = [
            *OfPageOrTeam.Meta.constraints,
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(closes="00:00"),
                name="hours_end_later",
                violation_error_message=_("They end after they begin; 00:00 is the end of the day."),
            ),
        ]

    def __str__(self):
        return f"{WEEKDAYS[self.weekday]} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Holiday(OfPageOrTeam):
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta(OfPageOrTeam.Meta):
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.name}".strip()


def are_open(page, team, moment):
    """Return whether people are there, by the hours of the team if it has any, else by the Page's; without any, always.

    A holiday of the team or the Page closes the day. All times are wall clock times in the console's own time zone.
    """
    local = timezone.localtime(moment, timezone.get_default_timezone())
    if Holiday.objects.filter(_of(page, team), day=local.date()).exists():
        return False
    spans = list(BusinessHours.objects.filter(_of(page, team)))
    spans = [span for span in spans if span.team_id] or spans
    return not spans or any(_covers(span, local) for span in spans)


def _of(page, team):
    return Q(page=page) | Q(team=team) if team else Q(page=page)


def _covers(span, local):
    is_before_end = local.time() < span.closes or span.closes == time.min
    return span.weekday == local.weekday() and span.opens <= local.time() and is_before_end
