"""A line of the Health page, and the words that lines have in common."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

IN_SECONDS = 120  # s; a longer time is told in minutes, hours or days


class State(models.TextChoices):
    RIGHT = "right", gettext_lazy("Right")
    LOOK = "look", gettext_lazy("Look here")
    UNKNOWN = "unknown", gettext_lazy("Not known")


@dataclass(frozen=True)
class Line:
    """A figure with its state. meaning: of the figure; advice: what to do, unless it is right.

    tool: the name of the address that does it, for superusers.
    """

    name: str
    value: str
    state: State
    meaning: str
    advice: str = ""
    tool: str = ""

    @property
    def is_right(self):
        return self.state is State.RIGHT


def state_of(is_right):
    return State.RIGHT if is_right else State.LOOK


def amount(waiting):
    """Put work that waits into words."""
    if not waiting.count:
        return _("None")
    return _("%(count)d, the oldest for %(time)s") % {"count": waiting.count, "time": duration(waiting.seconds)}


def duration(seconds):
    if seconds < IN_SECONDS:
        return ngettext("%(count)d second", "%(count)d seconds", int(seconds)) % {"count": int(seconds)}
    now = timezone.now()
    return timesince(now - timedelta(seconds=seconds), now, depth=1)
