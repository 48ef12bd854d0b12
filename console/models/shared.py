"""The base of canned replies, saved templates and saved views.

Each is for its author, for a team, for a Page or for everyone.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from personas.models import Page

MANAGE = "console.manage_canned_replies"  # the permission to change what agents share


class Scope(models.TextChoices):
    """The agents who may use a shared row."""

    OWN = "own", _("only its author")
    TEAM = "team", _("a team")
    PAGE = "page", _("everyone, for one Page")
    EVERYONE = "everyone", _("everyone")


class SharedQuerySet(models.QuerySet):
    def visible_to(self, agent):
        """Filter to the rows that this agent may use: their own, and those shared with them."""
        own, everyones = Q(scope=Scope.OWN, author=agent), Q(scope=Scope.EVERYONE)
        pages = Page.objects.open_to(agent).order_by().values("pk")
        teams = agent.teams.model.objects.of(agent).order_by().values("pk")
        return self.filter(own | everyones | Q(page__in=pages) | Q(team__in=teams))

    def on(self, page):
        """Filter to the rows for conversations of this Page: not those of another Page, or of a team without it."""
        return self.filter(Q(page=None) | Q(page=page), Q(team=None) | Q(team__in=page.teams.values("pk")))

    def editable_by(self, agent):
        """Filter to the rows that this agent may change: their own, and with the permission the shared ones that they
        may use.
        """
        visible = self.visible_to(agent)
        return visible if agent.has_perm(MANAGE) else visible.filter(scope=Scope.OWN)


class Shared(models.Model):
    scope = models.CharField(_("who may use it"), max_length=8, choices=Scope, default=Scope.OWN)
    team = models.ForeignKey("console.Team", models.PROTECT, null=True, blank=True, verbose_name=_("team"))
    page = models.ForeignKey("personas.Page", models.PROTECT, null=True, blank=True, verbose_name=_("Page"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("author"))
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="team", team__isnull=False, page=None)
                | Q(scope="page", team=None, page__isnull=False)
                | Q(scope__in=["own", "everyone"], team=None, page=None),
                name="%(class)s_scope",
                violation_error_message=_("Choose a team or a Page only if it is shared with them."),
            ),
        ]

    @property
    def shared_with(self):
        """Return in a word or two who may use it."""
        if self.scope == Scope.OWN:
            return _("Only you")
        return self.team or self.page or _("Everyone")

    def may_be_edited_by(self, agent):
        """Return whether this agent, who may use it, may change it: the same as `editable_by`, for a loaded row."""
        return self.scope == Scope.OWN or agent.has_perm(MANAGE)
