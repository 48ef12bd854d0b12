"""Agent, the user model: a person who answers customers."""

import re
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from agents.leaving import Leaving
from agents.names import in_one_line, isolated, plain
from agents.pictures import check_picture, new_path
from agents.preferences import Preferences
from agents.presence import PresenceQuerySet
from agents.rights import RightsQuerySet
from agents.roles import CODENAMES, RIGHTS
from agents.sessions import Session  # noqa: F401  (a model)

MAX_NAME = 50  # characters, Facebook's limit for a persona's name


def picture_path(agent, filename):
    return new_path("agents")


class AgentQuerySet(PresenceQuerySet, RightsQuerySet):
    pass


class AgentManager(UserManager.from_queryset(AgentQuerySet)):
    pass


class Agent(Leaving, Preferences):
    """A person who answers customers. `is_active` is false once they have left."""

    picture = models.ImageField(
        _("picture"),
        upload_to=picture_path,
        blank=True,
        validators=[check_picture],
        help_text=_("Shown to customers beside the agent's messages. Square, at most 8 MB. Without one: initials."),
    )
    may_change_profile = models.BooleanField(
        _("changes their own name and picture"),
        default=True,
        db_default=True,
        help_text=_("Without it, admins alone say who customers see."),
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"), default=5, help_text=_("How many open conversations may be assigned to them.")
    )
    assigned_at = models.DateTimeField(null=True, editable=False)  # the last conversation

    objects: ClassVar[Any] = AgentManager()

    class Meta:
        verbose_name = _("agent")
        verbose_name_plural = _("agents")
        ordering = ["first_name", "last_name", "username"]
        permissions = [
            ("set_presence", _("Can say of colleagues that they are away")),
            *((name, RIGHTS[right]) for name, right in CODENAMES.items()),
        ]

    def __str__(self):
        return isolated(self.get_full_name() or self.username)

    def clean(self):
        """Keep names to one line, without what nobody sees: customers and e-mails show them."""
        super().clean()
        self.first_name, self.last_name = in_one_line(self.first_name), in_one_line(self.last_name)

    @property
    def public_name(self):
        """The name that customers see, by PERSONA_NAME_PATTERN. Nothing is left dangling without a last name."""
        first, last = plain(self.first_name).strip() or self.username, plain(self.last_name).strip()
        name = settings.PERSONA_NAME_PATTERN.format(first=first, last=last, last_initial=last[:1])
        return re.sub(r"\s+\W*$", "", name.strip())[:MAX_NAME].strip() or first[:MAX_NAME]
