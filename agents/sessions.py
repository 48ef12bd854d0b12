"""Sessions: the log-ins of an agent, each in one browser."""

from datetime import timedelta
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agents.roles import Role

SEEN_EVERY = timedelta(minutes=5)  # seen_at is written at most so often for each session


class SessionQuerySet(models.QuerySet):
    def note_seen(self, **fields):
        """Note that these sessions are used now. A session that was seen a moment ago is left alone."""
        now = timezone.now()
        self.filter(seen_at__lt=now - SEEN_EVERY).update(seen_at=now, **fields)

    def with_requirement(self):
        """Add to each session whether a role of its agent needs a second factor."""
        roles = Role.objects.filter(user=OuterRef("agent_id"), requires_second_factor=True)
        return self.annotate(needs_second_factor=Exists(roles.order_by()))

    def log_out(self):
        for session in self.select_related("agent"):
            session.log_out()


class Session(AbstractBaseSession):
    agent_id: int | None
    push_subscriptions: Any
    needs_second_factor: bool  # by with_requirement()

    agent = models.ForeignKey(  # None: nobody is logged in. A swappable key would split the migration.
        "agents.Agent", models.CASCADE, related_name="sessions", null=True, verbose_name=_("agent"), swappable=False
    )
    device = models.CharField(_("device"), max_length=100, blank=True)  # empty: a browser that is not known
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    objects: ClassVar[Any] = BaseSessionManager.from_queryset(SessionQuerySet)()

    class Meta(AbstractBaseSession.Meta):
        ordering = ["-seen_at", "session_key"]

    def __str__(self):
        return self.device or gettext("A browser")

    @classmethod
    def get_session_store_class(cls):
        return import_module(settings.SESSION_ENGINE).SessionStore

    @property
    def public_id(self):
        """Return a name for pages and addresses. With the session's own key, which is a secret, anybody could act."""
        return salted_hmac("agents.sessions", self.session_key).hexdigest()[:20]

    @property
    def is_in_use(self):
        return self.seen_at > timezone.now() - 2 * SEEN_EVERY

    @transaction.atomic
    def log_out(self):
        """End the session at once: its live stream, and the calls of its device. Another log-in brings neither back."""
        self.push_subscriptions.all().delete()
        self.delete()
        if self.agent:
            self.agent.conversations.publish_presence(self.agent)
