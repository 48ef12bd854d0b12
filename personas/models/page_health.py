"""The times at which a Page may call Facebook. An error about a whole Page holds all messages of that Page alone."""

import random
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messenger import Action
from personas.models.page_connection import PageConnection

FIRST_SLOWDOWN = timedelta(seconds=2)  # doubled with each error in a row, unless Facebook names a time
CHECK_AGAIN = timedelta(minutes=5)  # for a Page that does not work
CHECK_ALL = timedelta(days=1)
LONGEST_SLOWDOWN = timedelta(minutes=10)


class PageHealth(PageConnection):
    """The part of a Page that pauses it, slows it down, and keeps Facebook's judgement of it."""

    paused_since = models.DateTimeField(gettext_lazy("sends nothing since"), null=True, blank=True)
    why_paused = models.TextField(gettext_lazy("why it sends nothing"), blank=True, default="", db_default="")
    is_token_refused = models.BooleanField(default=False, db_default=False, editable=False)  # and paused for that
    is_blocked = models.BooleanField(gettext_lazy("blocked by Facebook"), default=False, db_default=False)
    waits_until = models.DateTimeField(gettext_lazy("calls nothing until"), null=True, blank=True)
    why_waiting = models.TextField(gettext_lazy("why it waits"), blank=True)
    slowdowns = models.PositiveIntegerField(default=0, editable=False)  # in a row
    policy = models.TextField(
        gettext_lazy("Facebook's last word on its conduct"), blank=True, default="", db_default=""
    )
    policy_at = models.BigIntegerField(default=0, db_default=0, editable=False)  # ms, by Facebook's clock
    integrity = models.TextField(gettext_lazy("what Facebook thinks of it"), blank=True, default="", db_default="")
    integrity_at = models.BigIntegerField(default=0, db_default=0, editable=False)  # ms, by Facebook's clock

    class Meta:
        abstract = True

    @property
    def is_paused(self):
        """Return whether a bad token or a restriction stops sending until a check succeeds or an admin acts."""
        return self.paused_since is not None

    @property
    def is_slowed(self):
        """Return whether a rate limit holds all calls for now."""
        return self.waits_until is not None and self.waits_until > timezone.now()

    def note_error(self, error):
        """Pause or slow down the Page if the error is about the whole Page; return whether it is."""
        action = error.action
        if action.pauses_page:
            self.pause(error)
        elif action.is_rate_limit:
            self.slow_down(error)
        return action.pauses_page or action.is_rate_limit

    def note_success(self):
        """Begin anew with short slow-downs, and check a Page that failed: Facebook accepts its calls again."""
        if self.slowdowns:
            self.row.update(slowdowns=0)
        if self.state == self.State.FAILING:
            self.verify_later()

    def slow_down(self, error):
        """Make no call until the time that Facebook names, or for longer each time; for all Pages if the app is
        limited.

        A burst of errors counts as one slow-down. An error never shortens a wait.
        """
        now = timezone.now()
        pause = min(FIRST_SLOWDOWN * 2 ** min(self.slowdowns, 20), LONGEST_SLOWDOWN) * random.uniform(1, 1.25)  # noqa: S311
        until = now + (timedelta(minutes=error.usage.minutes) or pause)
        pages = type(self)._default_manager.all() if error.action is Action.SLOW_DOWN_APP else self.row
        pages.filter(Q(waits_until=None) | Q(waits_until__lte=now)).update(slowdowns=F("slowdowns") + 1)
        latest = Greatest(Coalesce(F("waits_until"), until), until)
        pages.update(waits_until=latest, why_waiting=error.sentence)
        self.refresh_from_db(fields=["waits_until", "why_waiting", "slowdowns"])

    def pause(self, error):
        """Pause the Page with a reason, unless the token has been renewed since Facebook refused it."""
        if self.row.get().token != self.token:
            return
        self.paused_since = timezone.now()
        running = self.row.filter(paused_since=None)
        if running.update(
            paused_since=self.paused_since,
            why_paused=error.sentence,
            is_token_refused=error.action is Action.RENEW_TOKEN,
            state=self.State.FAILING,
            error=f"{error.sentence} ({error})",
        ):
            self.conversations.publish_page()

    def resume(self):
        """Resume sending. Each message that has waited is checked again against its messaging window."""
        running = {"paused_since": None, "why_paused": "", "is_token_refused": False, "is_blocked": False}
        if not self.connected_row.update(**running, waits_until=None, slowdowns=0):
            return
        self.paused_since = self.waits_until = None
        self.personas.make_due()
        self.release_send_queue()
        self.conversations.publish_page()

    def release_send_queue(self):
        """Have all that waits for another attempt sent now; return how many messages waited."""
        count = self.messages.make_due()
        self.conversations.make_due()
        self.conversations.deliver_later()
        return count

    def try_again(self):
        """Resume after a check that found nothing wrong.

        A check proves that a refused token works again. It proves nothing about a refusal to send, so that pause lasts
        a while; and a Page that Facebook blocked resumes when Facebook unblocks it.
        """
        if self.paused_since is None or self.is_blocked:
            return
        if self.is_token_refused or timezone.now() - self.paused_since >= CHECK_AGAIN:
            self.resume()

    def note_policy(self, action, reason, at):
        """Follow Facebook's policy enforcement: `warning`, `block` or `unblock`. An older event changes nothing."""
        sentence = _policy_sentence(action, reason)
        if not self.connected_row.filter(policy_at__lt=at).update(policy_at=at, policy=sentence):
            return
        if action == "block":
            self._block(sentence)
        elif action == "unblock":
            self.resume()

    def note_integrity(self, status, details, at):
        """Keep Facebook's judgement of this Page for admins. Restrictions show in the errors of what is sent."""
        judgement = _("Facebook calls this Page “%s”.") % status if status not in ("", "ok") else ""
        sentence = " ".join([judgement, *details]) if judgement else ""
        self.row.filter(integrity_at__lt=at).update(integrity_at=at, integrity=sentence)

    def _block(self, sentence):
        """Pause the Page until Facebook lifts the block or an admin resumes: no check can find a block."""
        since = Coalesce(F("paused_since"), timezone.now())
        self.row.update(paused_since=since, why_paused=sentence, is_blocked=True)
        self.conversations.publish_page()


def _policy_sentence(action, reason):
    """Put Facebook's words into a sentence for agents and admins; "" once a block is lifted."""
    reason = reason.strip() or _("it gives no reason")
    if action == "block":
        return _("Facebook has blocked this Page from sending: %s.") % reason.rstrip(".")
    return "" if action == "unblock" else _("Facebook warns this Page: %s.") % reason.rstrip(".")
