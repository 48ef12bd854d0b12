"""A canned reply: a text that agents insert into a reply, by a shortcut, instead of writing it again."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from console.wording.canned_variables import check_variables
from console.wording.quick_replies import check_quick_replies, titles_in
from personas.models import Page

MANAGE = "console.manage_canned_replies"  # the permission
MAX_TEXT = 10_000  # characters


class Scope(models.TextChoices):
    """The agents who may use a canned reply."""

    OWN = "own", _("only its author")
    TEAM = "team", _("a team")
    PAGE = "page", _("everyone, for one Page")
    EVERYONE = "everyone", _("everyone")


class CannedReplyQuerySet(models.QuerySet):
    def visible_to(self, agent):
        """Filter to those that this agent may use: their own, and those shared with them."""
        own, everyones = Q(scope=Scope.OWN, author=agent), Q(scope=Scope.EVERYONE)
        pages = Page.objects.open_to(agent).order_by().values("pk")
        teams = agent.teams.model.objects.of(agent).order_by().values("pk")
        return self.filter(own | everyones | Q(page__in=pages) | Q(team__in=teams))

    def on(self, page):
        """Filter to those for conversations of this Page: not those of another Page, or of a team without it."""
        return self.filter(Q(page=None) | Q(page=page), Q(team=None) | Q(team__in=page.teams.values("pk")))

    def editable_by(self, agent):
        """Filter to those that this agent may change: their own; shared ones by permission, where they may use them."""
        visible = self.visible_to(agent)
        return visible if agent.has_perm(MANAGE) else visible.filter(scope=Scope.OWN)

    def search(self, words):
        """Filter to those that have each of these words in their shortcut, folder or text."""
        found = self
        for word in words:
            found = found.filter(Q(shortcut__icontains=word) | Q(folder__icontains=word) | Q(text__icontains=word))
        return found

    def for_list(self):
        """Read all that the page of canned replies shows."""
        return self.select_related("team", "page").defer("page__token").prefetch_related("files")

    def discard(self):
        """Delete them, and their files after the commit."""
        for reply in self:
            reply.files.discard()
        self.delete()


class CannedReply(models.Model):
    shortcut = models.CharField(
        _("shortcut"),
        max_length=40,
        validators=[RegexValidator(r"^[\w-]+\Z", _("Letters, digits, - and _ only."))],
        help_text=_("Agents type / and this to insert it."),
    )
    folder = models.CharField(_("folder"), max_length=50, blank=True)
    text = models.TextField(
        _("text"),
        blank=True,
        max_length=MAX_TEXT,
        validators=[check_variables],
        help_text=_("A line with --- alone begins another message."),
    )
    quick_replies = models.TextField(
        _("quick replies"),
        blank=True,
        default="",
        db_default="",
        validators=[check_quick_replies],
        help_text=_("One in a line. They go out under the last message."),
    )
    scope = models.CharField(_("who may use it"), max_length=8, choices=Scope, default=Scope.OWN)
    team = models.ForeignKey(
        "console.Team", models.PROTECT, related_name="canned_replies", null=True, blank=True, verbose_name=_("team")
    )
    page = models.ForeignKey(
        "personas.Page", models.PROTECT, related_name="canned_replies", null=True, blank=True, verbose_name=_("Page")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="canned_replies", verbose_name=_("author")
    )
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects: ClassVar[Any] = CannedReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["folder", "shortcut", "pk"]
        permissions = [("manage_canned_replies", _("Can manage the canned replies that agents share"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="team", team__isnull=False, page=None)
                | Q(scope="page", team=None, page__isnull=False)
                | Q(scope__in=["own", "everyone"], team=None, page=None),
                name="canned_reply_scope",
                violation_error_message=_("Choose a team or a Page only if that is who may use it."),
            ),
            models.UniqueConstraint(
                "author",
                Lower("shortcut"),
                condition=Q(scope="own"),
                name="one_own_canned_reply_per_shortcut",
                violation_error_message=_("You have a canned reply with this shortcut already."),
            ),
            models.UniqueConstraint(
                Lower("shortcut"),
                "scope",
                "team",
                "page",
                condition=~Q(scope="own"),
                nulls_distinct=False,
                name="one_shared_canned_reply_per_shortcut",
                violation_error_message=_("Those who may use it have a canned reply with this shortcut already."),
            ),
        ]

    def __str__(self):
        return f"/{self.shortcut}"

    @property
    def quick_reply_titles(self):
        return titles_in(self.quick_replies)

    @property
    def shared_with(self):
        """Return who may use it, in a word or two."""
        if self.scope == Scope.OWN:
            return _("Only you")
        return self.team or self.page or _("Everyone")

    def may_be_edited_by(self, agent):
        """Return whether this agent, to whom it is visible, may change it: `editable_by`, for one that is loaded."""
        return self.scope == Scope.OWN or agent.has_perm(MANAGE)
