"""When people are there, of a Page or of a team: spans of the week, and days on which nobody is."""

from django.db import models
from django.db.models import F, Q
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _


class OfPageOrTeam(models.Model):
    page = models.ForeignKey("personas.Page", models.CASCADE, related_name="%(class)s_set", null=True, blank=True)
    team = models.ForeignKey("console.Team", models.CASCADE, related_name="%(class)s_set", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(page=None, team__isnull=False) | Q(page__isnull=False, team=None),
                name="%(class)s_of_page_or_team",
            )
        ]


class Hours(OfPageOrTeam):
    """One span of a weekday; a day may have several, and one without any is closed."""

    weekday = models.PositiveSmallIntegerField(_("day"), choices=WEEKDAYS.items())  # 0 is Monday
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("until"))  # 00:00 is the end of the day

    class Meta(OfPageOrTeam.Meta):
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ["weekday", "opens"]
        constraints = [
            *OfPageOrTeam.Meta.constraints,
            models.CheckConstraint(condition=Q(closes__gt=F("opens")) | Q(closes="00:00"), name="hours_end_later"),
        ]

    def __str__(self):
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Holiday(OfPageOrTeam):
    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=100, blank=True)

    class Meta(OfPageOrTeam.Meta):
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["day"]

    def __str__(self):
        return f"{self.day} {self.name}".strip()
