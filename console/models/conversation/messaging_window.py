"""Until when Facebook lets us answer: anybody for 24 hours after the customer was last heard, a person for 7 days."""

from datetime import timedelta
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.handover import Cause
from messenger import HUMAN_AGENT, Action

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)
SHOWN_WITHIN = timedelta(hours=6)  # so long before an end the time that is left is worth showing
ADS = "ADS"  # the source of a referral by a Click-to-Messenger ad
SHORT = timedelta(hours=1)  # less than this is a warning

DAY_OVER = _("The 24 hours in which Facebook lets us answer are over. The customer has to write again first.")
WEEK_OVER = _("The 7 days in which Facebook lets a person answer are over. The customer has to write again first.")
DISCONNECTED = _("This Page is disconnected: nobody can answer until an admin connects it again.")
UNCONFIRMED = _("The customer's last words are more than 24 hours old: confirm first that a person answers.")
NOT_BY_A_PERSON = _("The customer's last words are more than 24 hours old: only a person may answer now.")
NOT_APPROVED = _("Facebook has not approved our app for Human Agent answers: an admin must have it approved.")


class Way(StrEnum):
    """How Facebook takes an answer at this moment."""

    OPEN = "open"  # as any message
    AD = "ad"  # as any message, perhaps: the window of an ad lasts up to 7 days, and nothing tells how long
    UNCONFIRMED = "unconfirmed"  # under the tag for people, which the agent has yet to ask for
    HUMAN_AGENT = "human-agent"  # under that tag
    SHUT = "shut"  # not at all


class WindowClosed(Exception):
    """Facebook takes no answer now; the text is a sentence that says why."""


class MessagingWindow:
    """The part of a Conversation that knows until when Facebook lets us answer.

    What Facebook itself says counts more than our clock: a refusal of its ends the window, and where we never heard
    the customer (the conversation began with an echo) it decides.
    """

    @property
    def way(self):
        now = timezone.now()
        if self.messaging_window_until is None or now < self.messaging_window_until:
            return Way.OPEN
        if self.ad_window_until and now < self.ad_window_until:
            return Way.AD
        if not self.page.may_use_human_agent or (self.human_agent_until and now >= self.human_agent_until):
            return Way.SHUT
        return Way.HUMAN_AGENT if self.human_agent_at else Way.UNCONFIRMED

    @property
    def why_not(self):
        """What stands in the way of an answer, as a sentence; nothing when nothing does."""
        if self.page.is_disconnected:
            return DISCONNECTED
        over = WEEK_OVER if self.page.may_use_human_agent else DAY_OVER
        return {Way.UNCONFIRMED: UNCONFIRMED, Way.SHUT: over}.get(self.way, "")

    @property
    def answers_until(self):
        """When this way of answering ends; None when it does not, or is over."""
        if self.way is Way.OPEN:
            return self.messaging_window_until
        if self.way is Way.AD:
            return self.ad_window_until
        return None if self.way is Way.SHUT else self.human_agent_until

    @property
    def time_left(self):
        """Until then, when that is soon."""
        left = self.answers_until and self.answers_until - timezone.now()
        return left if left and left < SHOWN_WITHIN else None

    @property
    def is_time_short(self):
        return self.time_left is not None and self.time_left < SHORT

    def confirm_human_agent(self, agent):
        """Once for the conversation an agent says that a person answers here, as Facebook's tag demands."""
        with self.changing():
            self._must_be_held_by(agent)
            if self.way is Way.UNCONFIRMED:
                self.human_agent_at, self.human_agent_by = timezone.now(), agent

    def tag_for(self, message):
        """The tag under which this goes out now, None for none. WindowClosed: Facebook would not take it."""
        if self.way is Way.OPEN:  # nobody but Facebook makes a window shorter
            return None
        self.refresh_from_db(
            fields=[
                "customer_active_at",
                "messaging_window_until",
                "ad_window_until",
                "human_agent_until",
                "human_agent_at",
            ]
        )
        if self.way is Way.OPEN:
            return None
        if message.author is None:
            raise WindowClosed(NOT_BY_A_PERSON)
        self._must_be_answerable(message.author)
        return None if self.way is Way.AD else HUMAN_AGENT

    def note_refusal(self, error, tag):
        """What Facebook's refusal of an answer says of the window. Returns the sentence that tells the agent."""
        if error.action is Action.WINDOW_CLOSED:
            self._end(tag)
        if error.action is Action.OTHER_APP:
            self.lose_control(Cause.CONTROL_REFUSED, note=error.sentence)
        return NOT_APPROVED if tag and error.may_be_about_tag else error.sentence

    def _must_be_answerable(self, author):
        """For the bot and the rules, without an author, only what Facebook promises counts."""
        if self.why_not:
            raise WindowClosed(self.why_not)
        if author is None and self.way is not Way.OPEN:
            raise WindowClosed(NOT_BY_A_PERSON)

    def _be_heard(self, at):
        """The customer did something that opens the window. Told late it changes nothing, and no clock of Facebook's
        makes the window longer than it is by ours."""
        at = min(at, timezone.now())
        if self.customer_active_at is None or at > self.customer_active_at:
            self.customer_active_at, self.human_agent_until = at, at + WEEK
            self.messaging_window_until = max(at + DAY, self.messaging_window_until or at)

    def _come_by(self, referral, at):
        """By an ad the window may be longer, from the first message after the click: `_begin_ad_window`."""
        if referral and referral.source == ADS:
            self.ad_click_at = at

    def _begin_ad_window(self, at):
        if self.ad_click_at and at >= self.ad_click_at:
            week = min(at, timezone.now()) + WEEK
            self.ad_click_at, self.ad_window_until = None, max(week, self.ad_window_until or week)

    def _end(self, tag):
        """Facebook says that it is over already, unless the customer was heard while it said so."""
        customer_active_at = self.customer_active_at
        with self.changing():
            if self.customer_active_at == customer_active_at:
                self.messaging_window_until = _sooner(self.messaging_window_until)
                self.ad_window_until = self.ad_window_until if tag else None
                self.human_agent_until = _sooner(self.human_agent_until) if tag else self.human_agent_until


def _sooner(moment):
    now = timezone.now()
    return min(moment, now) if moment else now
