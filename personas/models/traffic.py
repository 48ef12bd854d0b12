"""When a Page may call Facebook. What an error says about a whole Page holds all its messages, and no other's."""

import random
from datetime import timedelta

from django.db import models
from django.utils import timezone

from messenger import Act

FIRST_SLOWDOWN = timedelta(seconds=2)  # then twice as long with each error in a row, where Facebook names no time
LONGEST_SLOWDOWN = timedelta(minutes=10)


class Traffic:
    """The part of a Page that waits."""

    @property
    def is_paused(self):
        """Its token died, or Facebook restricted it: nothing goes out until a check finds it well or an admin acts."""
        return self.paused_since is not None

    @property
    def is_slowed(self):
        return self.waits_until is not None and self.waits_until > timezone.now()

    def heed(self, error):
        """Do what the error book says about the whole Page. Whether it says anything about it."""
        act = error.meaning.act
        if act.pauses:
            self.pause(error)
        elif act.slows:
            self.slow_down(error)
        return act.pauses or act.slows

    def slow_down(self, error):
        """Call nothing until the time that Facebook names, or longer each time; for all Pages, where it is the app."""
        pause = min(FIRST_SLOWDOWN * 2 ** min(self.slowdowns, 20), LONGEST_SLOWDOWN) * random.uniform(1, 1.25)  # noqa: S311
        self.waits_until = timezone.now() + (timedelta(minutes=error.usage.minutes) or pause)
        self.why_waiting = error.sentence
        slowed = {"waits_until": self.waits_until, "why_waiting": self.why_waiting}
        pages = type(self).objects.all() if error.meaning.act is Act.SLOW_APP else self._row()
        pages.update(**slowed, slowdowns=models.F("slowdowns") + 1)

    def note_success(self):
        """Facebook takes calls again."""
        if self.slowdowns:
            self._row().update(slowdowns=0)
        if self.state == self.State.FAILING:
            self.verify_later()

    def pause(self, error):
        """Hold everything, say why, and have it checked: the token may have been renewed meanwhile."""
        self.paused_since = timezone.now()
        problem = f"{error.sentence} ({error})"
        running = self._row().filter(paused_since=None)
        if running.update(paused_since=self.paused_since, state=self.State.FAILING, problem=problem):
            self.conversations.show_page()
            self.verify_later()

    def resume(self):
        """Let what has waited go out. Each message is checked again against its window."""
        self.paused_since = self.waits_until = None
        self._row().update(paused_since=None, waits_until=None, slowdowns=0)
        self.personas.update(next_try_at=None)
        self.conversations.deliver_later()
        self.conversations.show_page()

    def _row(self):
        return type(self).objects.filter(pk=self.pk)
