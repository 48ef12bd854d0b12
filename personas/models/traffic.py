"""When a Page may call Facebook. What an error says about a whole Page holds all its messages, and no other's."""

import random
from datetime import timedelta

from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from messenger import Action

FIRST_SLOWDOWN = timedelta(seconds=2)  # then twice as long with each error in a row, where Facebook names no time
CHECK_AGAIN = timedelta(minutes=5)  # what does not work
CHECK_ALL = timedelta(days=1)
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
        action = error.action
        if action.pauses_page:
            self.pause(error)
        elif action.is_rate_limit:
            self.slow_down(error)
        return action.pauses_page or action.is_rate_limit

    def slow_down(self, error):
        """Call nothing until the time that Facebook names, or longer each time; for all Pages, where it is the app.

        A burst of refusals is one slow-down, and no error makes a wait shorter that another has made long.
        """
        now = timezone.now()
        pause = min(FIRST_SLOWDOWN * 2 ** min(self.slowdowns, 20), LONGEST_SLOWDOWN) * random.uniform(1, 1.25)  # noqa: S311
        until = now + (timedelta(minutes=error.usage.minutes) or pause)
        pages = type(self).objects.all() if error.action is Action.SLOW_DOWN_APP else self._row()
        pages.filter(Q(waits_until=None) | Q(waits_until__lte=now)).update(slowdowns=F("slowdowns") + 1)
        latest = Greatest(Coalesce(F("waits_until"), until), until)
        pages.update(waits_until=latest, why_waiting=error.sentence)
        self.refresh_from_db(fields=["waits_until", "why_waiting", "slowdowns"])

    def note_success(self):
        """Facebook takes calls again."""
        if self.slowdowns:
            self._row().update(slowdowns=0)
        if self.state == self.State.FAILING:
            self.verify_later()

    def pause(self, error):
        """Hold everything and say why, unless the token has been renewed since it was refused."""
        if type(self).objects.get(pk=self.pk).token != self.token:
            return
        self.paused_since = timezone.now()
        problem = f"{error.sentence} ({error})"
        running = self._row().filter(paused_since=None)
        if running.update(
            paused_since=self.paused_since,
            why_paused=error.sentence,
            is_token_refused=error.action is Action.RENEW_TOKEN,
            state=self.State.FAILING,
            problem=problem,
        ):
            self.conversations.show_page()

    def enforce(self, action, reason, at):
        """Heed what Facebook says of this Page: `warning`, `block` or `unblock`. Told late it changes nothing."""
        sentence = _policy_sentence(action, reason)
        connected = self._row().exclude(state__in=self.State.ended())
        if not connected.filter(policy_at__lt=at).update(policy_at=at, policy=sentence):
            return
        if action == "block":
            self._block(sentence)
        elif action == "unblock":
            self.resume()

    def note_integrity(self, status, details, at):
        """Keep for admins what Facebook thinks of this Page. What it forbids shows in the errors of what is sent."""
        told = _("Facebook calls this Page “%s”.") % status if status not in ("", "ok") else ""
        sentence = " ".join([told, *details]) if told else ""
        self._row().filter(integrity_at__lt=at).update(integrity_at=at, integrity=sentence)

    def _block(self, sentence):
        """Hold everything until Facebook lifts the block, or an admin tries: no check can see it."""
        since = Coalesce(F("paused_since"), timezone.now())
        self._row().update(paused_since=since, why_paused=sentence, is_blocked=True)
        self.conversations.show_page()

    def try_again(self):
        """Resume after a check that found nothing wrong.

        At once where the token was refused: the check saw that it works. What Facebook refuses only in sending no check
        sees, and it is not tried again soon; what it has blocked, not before it lifts the block.
        """
        if not self.is_paused or self.is_blocked:
            return
        if self.is_token_refused or timezone.now() - self.paused_since >= CHECK_AGAIN:
            self.resume()

    def resume(self):
        """Let what has waited go out. Each message is checked again against its window."""
        running = {"paused_since": None, "why_paused": "", "is_token_refused": False, "is_blocked": False}
        connected = self._row().exclude(state__in=self.State.ended())
        if not connected.update(**running, waits_until=None, slowdowns=0):
            return
        self.paused_since = self.waits_until = None
        self.personas.update(next_try_at=None)
        self.messages.hurry()
        self.conversations.hurry()
        self.conversations.deliver_later()
        self.conversations.show_page()

    def _row(self):
        return type(self).objects.filter(pk=self.pk)


def _policy_sentence(action, reason):
    """What Facebook said, for agents and admins; nothing once a block is lifted."""
    reason = reason.strip() or _("it gives no reason")
    if action == "block":
        return _("Facebook has blocked this Page from sending: %s.") % reason.rstrip(".")
    return "" if action == "unblock" else _("Facebook warns this Page: %s.") % reason.rstrip(".")
