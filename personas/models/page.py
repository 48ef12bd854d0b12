"""A Facebook Page that we answer for."""

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.models import MAX_NAME, Agent
from agents.pictures import check_picture, new_path
from messenger import GraphError
from messenger.calls.page import OPTIONAL_FIELDS, SUBSCRIBED_FIELDS
from personas.models.page_disconnection import PageDisconnection
from personas.models.page_health import CHECK_AGAIN, CHECK_ALL

DISCONNECT_AGAIN = timedelta(minutes=1)
NEEDED_SCOPES = {"pages_messaging", "pages_manage_metadata"}


def picture_path(page, filename):
    return new_path("pages")


class PageQuerySet(models.QuerySet):
    def open_to(self, agent):
        """Filter to the Pages whose conversations this agent may see. A superuser sees all.

        Without groups it is visible to superusers only, unless it is open to all.
        """
        return self if agent.is_superuser else self.open_to_member(agent.pk)

    def open_to_member(self, key):
        """Filter to those that an agent with this key may see who is no superuser."""
        return self.filter(Q(is_open_to_all=True) | Q(groups__user=key)).distinct()

    def paused(self):
        return self.filter(paused_since__isnull=False)

    def troubled(self):
        """Filter to Pages that did not work at their last check, some time ago."""
        unchecked = Q(checked_at=None) | Q(checked_at__lt=timezone.now() - CHECK_AGAIN)
        is_troubled = Q(state=Page.State.FAILING) | Q(paused_since__isnull=False)
        return self.filter(unchecked, is_troubled).exclude(state__in=Page.State.ended())

    def ending(self):
        """Filter to Pages that are being disconnected, except those whose disconnection was just tried."""
        unchecked = Q(checked_at=None) | Q(checked_at__lt=timezone.now() - DISCONNECT_AGAIN)
        return self.filter(unchecked, state=Page.State.ENDING)

    def outdated(self):
        """Filter to connected Pages whose name and token were last checked a day ago."""
        return self.filter(state=Page.State.CONNECTED, checked_at__lt=timezone.now() - CHECK_ALL)


class Page(PageDisconnection):
    """A Page: its token, the agents who may see it, its bot, and its connection to Facebook."""

    page_id = models.CharField(
        _("page id"), max_length=32, unique=True, validators=[RegexValidator(r"^\d+$", _("A page id has digits only."))]
    )
    name = models.CharField(_("name"), max_length=200, blank=True, help_text=_("Taken from Facebook."))
    is_open_to_all = models.BooleanField(
        _("open to all agents"),
        default=True,
        db_default=False,
        help_text=_("All agents may see its conversations. Otherwise only superusers and the groups below may."),
    )
    groups = models.ManyToManyField(
        Group, verbose_name=_("groups"), blank=True, help_text=_("Agents of these groups may see its conversations.")
    )
    bot_name = models.CharField(
        _("bot's name"),
        max_length=MAX_NAME,
        blank=True,
        help_text=_("Customers see the bot's messages under this name. Empty: under the Page's own."),
    )
    bot_picture = models.ImageField(
        _("bot's picture"),
        upload_to=picture_path,
        blank=True,
        validators=[check_picture],
        help_text=_("Square, at most 8 MB. Without one: initials."),
    )
    may_use_human_agent = models.BooleanField(
        _("human agents may reply for 7 days"),
        default=False,
        help_text=_(
            "Only once Facebook's App Review has approved the app for “Human Agent”. Agents can then reply until"
            " 7 days after the customer wrote, instead of 24 hours. Without the approval Facebook refuses such replies."
        ),
    )

    may_see_locale = models.BooleanField(
        _("Facebook shows language and time zone"),
        default=False,
        db_default=False,
        help_text=_(
            "Only once Facebook's App Review has approved the app for “pages_user_locale” and “pages_user_timezone”."
            " Agents then see the language and the local time of customers. Without the approval Facebook may refuse"
            " the whole profile."
        ),
    )

    objects: ClassVar[Any] = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("Page")
        verbose_name_plural = _("Pages")
        ordering = ["name", "page_id"]

    def __str__(self):
        return self.name or self.page_id

    def is_visible_with(self, is_superuser, groups):
        """Return whether an agent in these groups may see its conversations, as `open_to` does for many Pages."""
        return self.is_open_to_all or is_superuser or any(group.pk in groups for group in self.groups.all())

    def agents(self):
        """Return the agents who may see its conversations: `open_to` from the other side."""
        working = Agent.objects.working()
        if self.is_open_to_all:
            return working
        return working.filter(Q(is_superuser=True) | Q(groups__page=self)).distinct()

    def has_persona(self, graph_id):
        """Return whether Facebook lists this persona. "Unknown object" alone may mean a token that may not see it."""
        client = self.client()
        if str(client.page().get("id")) != self.page_id:
            raise GraphError("The token is for another Page", status=400, error={"code": 190})
        return any(row.get("id") == graph_id for row in client.personas())

    def verify(self):
        """Check with Facebook that the token works for this Page, and subscribe to its events."""
        if self.is_disconnected:
            return
        try:
            self.error, is_known = self._connect(), True
        except GraphError as error:
            self.error, is_known = f"{error.sentence} ({error})", not error.action.is_retryable
        if is_known:
            self.state = self.State.FAILING if self.error else self.State.CONNECTED
        self.checked_at = timezone.now()
        found = {name: getattr(self, name) for name in ("name", "state", "error", "checked_at")}
        if self.connected_row.update(**found) and self.state == self.State.CONNECTED:
            self.try_again()

    def _connect(self):
        """Return the error as a sentence, or ""."""
        client = self.client()
        about = client.page()
        if str(about.get("id")) != self.page_id:
            return f"The token is for the Page {about.get('name')} ({about.get('id')}), not for {self.page_id}."
        self.name = about.get("name") or self.name
        if settings.FACEBOOK_APP_ID and (missing := self._missing_scopes(client)):
            return f"The token lacks these permissions: {', '.join(sorted(missing))}."
        self._subscribe(client)
        return ""

    def _subscribe(self, client):
        """Subscribe to all fields, or to all except those that Facebook gives only to some apps."""
        try:
            client.subscribe([*SUBSCRIBED_FIELDS, *OPTIONAL_FIELDS])
        except GraphError as error:
            if error.action.is_retryable:
                raise
            client.subscribe()

    def _missing_scopes(self, client):
        return NEEDED_SCOPES - set(client.debug_token(settings.FACEBOOK_APP_ID).get("scopes") or NEEDED_SCOPES)
