"""Teams: agents who answer for certain Pages, with a skill by which a bot can ask for them."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from personas.models import Page


class TeamQuerySet(models.QuerySet):
    def of(self, agent):
        """Filter to the teams of this agent. A superuser belongs to all."""
        return self if agent.is_superuser else self.filter(members=agent)

    def visible_to(self, agent):
        """Filter to the teams that this agent may know: their own, and those of the Pages that they may see."""
        pages = Page.objects.open_to(agent).order_by().values("pk")
        own = self.model.objects.of(agent).order_by().values("pk")
        return self.filter(Q(pk__in=own) | Q(pages__in=pages)).distinct()


class Team(models.Model):
    name = models.CharField(_("name"), max_length=50, unique=True)
    skill = models.CharField(
        _("skill"),
        max_length=50,
        blank=True,
        validators=[RegexValidator(r"^[\w-]+$", _("Letters, digits, - and _ only."))],
        help_text=_("How a bot asks for this team, for instance: refunds."),
    )
    pages = models.ManyToManyField("personas.Page", verbose_name=_("Pages"), related_name="teams")
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, verbose_name=_("members"), related_name="teams", blank=True
    )
    closed_message = models.CharField(
        _("message outside business hours"),
        max_length=1000,
        blank=True,
        help_text=_("Empty: the message of the Page."),
    )

    objects: ClassVar[Any] = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("skill"),
                condition=~Q(skill=""),
                name="one_team_per_skill",
                violation_error_message=_("Another team has this skill."),
            ),
        ]

    def __str__(self):
        return self.name
