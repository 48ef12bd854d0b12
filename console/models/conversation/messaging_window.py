"""Meta's messaging window: anybody may answer for 24 hours after the customer's last activity, a person for 7 days."""

from datetime import timedelta
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agents.compiled import Compiled, Given
from console.models.conversation.thread_control import ThreadControl
from console.models.handover.cause import Cause
from console.models.refusals import DISCONNECTED, WindowClosed
from console.moderation.models import CustomerBlocked, Moderation
from console.wording import moments
from messenger import HUMAN_AGENT, Action

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)
SHOWN_WITHIN = timedelta(hours=6)  # before its end; then the time that is left is shown
ADS = "ADS"  # the source of a referral by a Click-to-Messenger ad
SHORT = timedelta(hours=1)  # less than this is a warning

DAY_OVER = _("The 24 hours in which Facebook lets us reply are over. The customer has to write again first.")
WEEK_OVER = _("The 7 days in which Facebook lets a human agent reply are over. The customer has to write again first.")
UNCONFIRMED = _("The customer last wrote more than 24 hours ago: confirm first that a human agent replies.")
NOT_BY_A_PERSON = _("The customer last wrote more than 24 hours ago: only a human agent may reply now.")
NOT_APPROVED = _("Facebook has not approved our app for replies of human agents: an admin must have it approved.")
TOO_LATE = _("Facebook takes replies until %(end)s, unless the customer writes again: choose an earlier moment.")


MODERATION = Compiled(lambda: Moderation.objects.filter(customer=Given("customer")))


class WindowState(StrEnum):
    """The ways in which Facebook accepts an answer at a moment."""

    OPEN = "open"  # as any message
    AD = "ad"  # as any message, perhaps: the window of an ad lasts up to 7 days, and Facebook does not say how long
    UNCONFIRMED = "unconfirmed"  # with the tag for people, which an agent must confirm first
    HUMAN_AGENT = "human-agent"  # with that tag
    SHUT = "shut"  # not at all


class MessagingWindow(ThreadControl):
    """The slice of a Conversation that knows until when Facebook lets us answer.

    Facebook's own word counts more than our clock. Its refusal ends the window, and decides alone where the customer
    has never written to the console (the conversation began with an echo).
    """

    customer_active_at = models.DateTimeField(_("customer last active"), null=True, editable=False)
    messaging_window_until = models.DateTimeField(_("replies until"), null=True, editable=False)
    ad_click_at = models.DateTimeField(null=True, editable=False)  # if no message has come since
    ad_window_until = models.DateTimeField(_("replies after an ad until, perhaps"), null=True, editable=False)
    human_agent_until = models.DateTimeField(_("replies of human agents until"), null=True, editable=False)
    human_agent_at = models.DateTimeField(_("confirmed that a human agent replies"), null=True, editable=False)
    human_agent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        editable=False,
        verbose_name=_("confirmed by"),
    )

    class Meta:
        abstract = True

    @property
    def messaging_window(self):
        """Return the state of the window."""
        return self._window_at(timezone.now())

    def _window_at(self, now):
        """Return the state of the window at a later moment, if the customer does nothing until then."""
        if self.messaging_window_until is None or now < self.messaging_window_until:
            return WindowState.OPEN
        if self.ad_window_until and now < self.ad_window_until:
            return WindowState.AD
        if not self.page.may_use_human_agent or (self.human_agent_until and now >= self.human_agent_until):
            return WindowState.SHUT
        return WindowState.HUMAN_AGENT if self.human_agent_at else WindowState.UNCONFIRMED

    @property
    def reply_refusal(self):
        """Return why no agent may answer now, as a sentence; "" when one may."""
        if self.page.is_disconnected:
            return DISCONNECTED
        over = WEEK_OVER if self.page.may_use_human_agent else DAY_OVER
        return {WindowState.UNCONFIRMED: UNCONFIRMED, WindowState.SHUT: over}.get(self.messaging_window, "")

    @property
    def may_bot_reply(self):
        """Return whether the bot and the rules may answer: they need an open window, as Facebook promises it."""
        return self.messaging_window is WindowState.OPEN and not self.page.is_disconnected

    @property
    def is_window_open(self):
        """Return whether Facebook takes quotes and reactions too: only within the 24 hours that it promises."""
        return self.messaging_window is WindowState.OPEN

    @property
    def answerable_until(self):
        """Return when the window changes its state; None when it does not, or is shut."""
        return self.window_end_at(timezone.now())

    def window_end_at(self, now):
        """Return when the window changes its state next after a moment, if the customer does nothing until then."""
        of_people = self.page.may_use_human_agent and self.human_agent_until
        ends = self.messaging_window_until, self.ad_window_until, of_people
        return next((end for end in ends if end and end > now), None)

    @property
    def time_left(self):
        """Return the time until then when it is short enough to be shown, else None."""
        left = self.answerable_until and self.answerable_until - timezone.now()
        return left if left and left < SHOWN_WITHIN else None

    @property
    def is_time_short(self):
        return self.time_left is not None and self.time_left < SHORT

    @property
    def shown_window(self):
        """Return the values of the window that stand above and below the thread."""
        return self.messaging_window, self.time_left and self.answerable_until

    def confirm_human_agent(self, agent):
        """Note that an agent confirmed that a person answers here, as Facebook's tag demands. Once is enough."""
        with self.changing():
            self.check_held_by(agent)
            if self.messaging_window is WindowState.UNCONFIRMED:
                self.human_agent_at, self.human_agent_by = timezone.now(), agent

    def tag_for(self, message):
        """Return the tag under which this message goes out now, or None.

        Raises WindowClosed where Facebook would not take it.
        """
        if self.messaging_window is WindowState.OPEN:  # only Facebook makes a window shorter
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
        if self.messaging_window is WindowState.OPEN:
            return None
        if message.author is None:
            raise WindowClosed(NOT_BY_A_PERSON)
        self.check_window(message.author)
        return None if self.messaging_window is WindowState.AD else HUMAN_AGENT

    def note_refusal(self, error, tag):
        """Update the window after Facebook refused an answer; return the sentence for the agent."""
        if error.action is Action.WINDOW_CLOSED:
            self._end_window(tag)
        if error.action is Action.OTHER_APP:
            self.lose_control(Cause.CONTROL_ELSEWHERE, note=error.sentence)
        return NOT_APPROVED if tag and error.may_be_about_tag else error.sentence

    @property
    def is_blocked(self):
        """Return whether Facebook has blocked the customer for us."""
        return any(moderation.is_blocked for moderation in MODERATION(customer=self.customer_id))

    def check_not_blocked(self):
        if self.is_blocked:
            raise CustomerBlocked(self.customer)

    def check_window(self, author):
        """Raise WindowClosed unless this author may answer now. None is the bot."""
        self.check_not_blocked()
        if self.reply_refusal:
            raise WindowClosed(self.reply_refusal)
        if author is None and not self.may_bot_reply:
            raise WindowClosed(NOT_BY_A_PERSON)

    def check_window_at(self, moment):
        """Raise WindowClosed if a reply of an agent would be too late at this moment, with the customer silent."""
        self.check_not_blocked()
        if self._window_at(moment) in (WindowState.UNCONFIRMED, WindowState.SHUT):
            end = self.answerable_until and moments.moment(self.answerable_until)
            raise WindowClosed(TOO_LATE % {"end": end} if end else self.reply_refusal)

    # Under the lock

    def note_customer_activity(self, at):
        """Open the window: the customer did something. An older event changes nothing.

        No clock of Facebook's makes the window longer than it is by ours.
        """
        at = min(at, timezone.now())
        if self.customer_active_at is None or at > self.customer_active_at:
            self.customer_active_at, self.human_agent_until = at, at + WEEK
            self.messaging_window_until = max(at + DAY, self.messaging_window_until or at)

    def note_ad_click(self, referral, at):
        """Note that the customer came by an ad: from their next message on the window may be longer."""
        if referral and referral.source == ADS:
            self.ad_click_at = at

    def open_ad_window(self, at):
        """Open the longer window, if this is the first message after the click on an ad."""
        if self.ad_click_at and at >= self.ad_click_at:
            week = min(at, timezone.now()) + WEEK
            self.ad_click_at, self.ad_window_until = None, max(week, self.ad_window_until or week)

    def _end_window(self, tag):
        """Believe Facebook that it is over, unless the customer wrote while Facebook said so."""
        customer_active_at = self.customer_active_at
        with self.changing():
            if self.customer_active_at == customer_active_at:
                self.messaging_window_until = _sooner(self.messaging_window_until)
                self.ad_window_until = self.ad_window_until if tag else None
                self.human_agent_until = _sooner(self.human_agent_until) if tag else self.human_agent_until


def _sooner(moment):
    now = timezone.now()
    return min(moment, now) if moment else now
