"""A saved view: conditions on conversations, under a name and in an order, for its author or shared with others.

A view finds only conversations that whoever looks may see, whatever its author may see.
"""

import uuid
from typing import Any, ClassVar

from django.conf import global_settings, settings
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agents.preferences import QueueOrder
from agents.roles import SEE_FIELDS
from console import live
from console.custom_fields.kinds import MOST_TEXT
from console.models.shared import Scope as SharedScope
from console.models.shared import Shared, SharedQuerySet

LONGEST_WAIT, LONGEST_WINDOW = 10_000, 168  # minutes; hours, of the 7 days in which Facebook may let an agent reply
LANGUAGES = [(code, _(name)) for code, name in global_settings.LANGUAGES if len(code) == 2]


class State(models.TextChoices):
    """The holder of a conversation, or its end."""

    OPEN = "open", _("open, with anybody")
    WAITING = "waiting", _("waiting in the queue")
    AGENT = "agent", _("with an agent")
    BOT = "bot", _("with the bot")
    CLOSED = "closed", _("closed in the last 30 days")


class Door(models.TextChoices):
    """The way by which a customer came last."""

    AD = "ad", _("an ad")
    FORM = "form", _("the form of an ad")
    LINK = "link", _("a link")
    SITE = "site", _("a website")
    SHOP = "shop", _("the shop")
    POST = "post", _("a post")


CONDITIONS = [  # the columns that decide which conversations a view finds
    *["state", "on_page_id", "for_team_id", "held_by_id", "label_id", "is_unread", "waits_minutes", "window_hours"],
    *["came_by", "language", "custom_field_id", "custom_value"],
]


class SavedViewQuerySet(SharedQuerySet):
    def visible_to(self, agent):
        """Filter to the views that this agent may use: those by a custom field only if they may see that."""
        visible = super().visible_to(agent)
        return visible if agent.has_perm(SEE_FIELDS) else visible.filter(custom_field=None)

    def discard(self):
        """Delete the views."""
        with transaction.atomic():
            live.publish(*{view.topic for view in self})
            self.delete()

    def publish(self):
        """Publish that shared views changed, which any desk may show."""
        live.publish("hello")


def _is_member(rights, team_id):
    return rights.is_superuser or team_id in (rights.teams or ())


def _condition(to, name):
    """Return a foreign key of a condition.

    The view goes with what it names: without the condition, it would find more than it says.
    """
    return models.ForeignKey(to, models.CASCADE, related_name="+", null=True, blank=True, verbose_name=name)


class SavedView(Shared):
    on_page_id: int | None
    for_team_id: int | None
    custom_field_id: int | None
    held_by_id: int | None
    pages_of_team: list  # read by the queries of reading.py: the keys of the Pages of for_team
    pages_of_holder: list  # … those of the Pages that held_by may see
    is_of_superuser: bool | None  # whether held_by is one
    team_id: int | None
    page_id: int | None
    author_id: int

    name = models.CharField(_("name"), max_length=40)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    on_page = _condition("personas.Page", _("Page"))
    for_team = _condition("console.Team", _("team"))
    held_by = _condition(settings.AUTH_USER_MODEL, _("with the agent"))
    label = _condition("console.Label", _("label"))
    is_unread = models.BooleanField(_("with unread messages"), default=False)
    waits_minutes = models.PositiveSmallIntegerField(_("waiting longer than, in minutes"), null=True, blank=True)
    window_hours = models.PositiveSmallIntegerField(
        _("messaging window closes within, in hours"), null=True, blank=True
    )
    came_by = models.CharField(_("came by"), max_length=8, choices=Door, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, blank=True)
    custom_field = _condition("console.CustomField", _("custom field"))
    custom_value = models.CharField(_("value of the custom field"), max_length=MOST_TEXT, blank=True)
    idempotency_key = models.UUIDField(default=uuid.uuid4, editable=False)  # of the form that made it
    order = models.CharField(_("order"), max_length=8, choices=QueueOrder, default=QueueOrder.LONGEST_WAIT)

    objects: ClassVar[Any] = SavedViewQuerySet.as_manager()

    class Meta(Shared.Meta):
        default_related_name = "saved_views"
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "pk"]
        constraints = [
            *Shared.Meta.constraints,
            models.UniqueConstraint(fields=["author", "idempotency_key"], name="one_saved_view_per_form"),
            models.CheckConstraint(
                condition=Q(custom_field=None, custom_value="") | Q(custom_field__isnull=False) & ~Q(custom_value=""),
                name="saved_view_custom_field",
                violation_error_message=_("Give a custom field together with its value."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_shared(self):
        return self.scope != SharedScope.OWN

    @property
    def section_name(self):
        return f"view-{self.pk}"

    @property
    def conditions(self):
        """Return the values of its conditions: views with equal ones find the same conversations."""
        return tuple(getattr(self, name) for name in CONDITIONS)

    @property
    def topic(self):
        """Return the topic of live updates for a change of the view, which any desk may show if it is shared."""
        return "hello" if self.is_shared else f"views-{self.author_id}"

    @property
    def changes_with_time(self):
        """Return whether conversations begin or cease to match, or change their places, while nothing happens."""
        has_limit = self.waits_minutes is not None or self.window_hours is not None
        return has_limit or self.order == QueueOrder.WINDOW or self.state == State.CLOSED

    def is_visible_with(self, agent_id, rights, pages):
        """Return whether an agent may use it: as `visible_to`, and without conditions that name another Page, or a team
        or an agent of other Pages alone.

        pages: the keys of the Pages that the agent may see, as a set.
        """
        return (
            self._is_for(agent_id, rights, pages)
            and self._named_pages <= pages
            and self._may_know_team(rights, pages)
            and (rights.sees_fields or self.custom_field_id is None)
            and self._may_know_holder(rights, pages)
        )

    def _is_for(self, agent_id, rights, pages):
        if self.scope == SharedScope.OWN:
            return self.author_id == agent_id
        if self.scope == SharedScope.TEAM:
            return _is_member(rights, self.team_id)
        return self.scope == SharedScope.EVERYONE or self.page_id in pages

    def _may_know_team(self, rights, pages):
        """Return whether the agent may know the team of a condition: as `visible_to` of teams."""
        return (
            self.for_team_id is None or _is_member(rights, self.for_team_id) or not pages.isdisjoint(self.pages_of_team)
        )

    def _may_know_holder(self, rights, pages):
        """Return whether the agent may know the one of a condition: as `colleagues_of`, and those who left too."""
        is_colleague = rights.is_superuser or self.is_of_superuser or not pages.isdisjoint(self.pages_of_holder)
        return self.held_by_id is None or not self.is_shared or is_colleague

    @property
    def _named_pages(self):
        named = {self.on_page_id, self.label and self.label.page_id, self.custom_field and self.custom_field.page_id}
        return named - {None}
