"""Causes of a change of holder."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from console.models.holder import Holder


class Cause(models.TextChoices):
    """Causes of a change of holder. `console/wording/handovers.py` puts them into sentences."""

    ASKED = "asked", _("the customer asked for an agent")
    HANDED_OVER = "handed-over", _("the bot asked for an agent")
    BOT_DOWN = "bot-down", _("the bot does not answer")
    NO_BOT = "no-bot", _("the Page has no bot any more")
    DISCONNECTED = "disconnected", _("the Page was disconnected")
    NOT_SUBSCRIBED = "not-subscribed", _("the bot does not take this kind of message")
    TAKEN = "taken", _("taken")
    REOPENED = "reopened", _("reopened")
    TAKEN_OVER = "taken-over", _("taken over")
    ASSIGNED = "assigned", _("assigned")
    TRANSFERRED = "transferred", _("transferred")
    RETURNED = "returned", _("returned")
    NO_ANSWER = "no-answer", _("no reply in time")
    AWAY = "away", _("away for too long")
    LEFT = "left", _("left the team")
    HANDED_BACK = "handed-back", _("handed back")
    IDLE = "idle", _("nobody wrote for a while")
    RESUMED = "resumed", _("resumed by the bot")
    CLOSED = "closed", _("closed")
    UNDONE = "undone", _("taken back")
    CUSTOMER_WROTE = "customer-wrote", _("the customer writes again")
    ANSWERED_ELSEWHERE = "answered-elsewhere", _("somebody replied there")
    CONTROL_TAKEN = "control-taken", _("took the conversation")
    CONTROL_REFUSED = "control-refused", _("Facebook did not let us take the conversation")
    CONTROL_ELSEWHERE = "control-elsewhere", _("Facebook lets only another app reply")
    CONTROL_BACK = "control-back", _("Facebook gave the conversation back")
    NO_ACCESS = "no-access", _("no longer sees this Page")
    NOT_SENT = "not-sent", _("a reply was not sent")
    OVERLOOKED = "overlooked", _("nobody was looking at it")
    REQUESTED = "requested", _("another app asks for the conversation")


CALLS_FOR_PEOPLE = {
    Cause.ASKED,
    Cause.HANDED_OVER,
    Cause.BOT_DOWN,
    Cause.NO_BOT,
    Cause.DISCONNECTED,
    Cause.NOT_SUBSCRIBED,
    Cause.CONTROL_BACK,
    Cause.NOT_SENT,
}
RETURNS = {Cause.RETURNED, Cause.NO_ANSWER, Cause.AWAY, Cause.LEFT, Cause.NO_ACCESS}
PEOPLE = {Holder.AGENT, Holder.QUEUE}
