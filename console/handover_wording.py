"""Handovers in words, for people."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from console.models import Cause, Holder
from console.models.holder import app_name

DONE_BY = {
    *(Cause.TAKEN, Cause.TAKEN_OVER, Cause.OPENED),
    *(Cause.ASSIGNED, Cause.TRANSFERRED, Cause.RETURNED, Cause.HANDED_BACK),
}
SAID_OF = {Cause.NO_ANSWER, Cause.AWAY, Cause.LEFT, Cause.NO_ACCESS}  # the former holder


def sentence(handover):
    """Return the line of the thread for a handover that is no step from one holder to another, else ""."""
    if handover.cause == Cause.CLOSED:
        return _("%(name)s closed the conversation") % {"name": capfirst(handover.by or handover.from_name)}
    if handover.cause == Cause.OPENED:
        return _("%(name)s reopened the conversation") % {"name": handover.to_name}
    if handover.cause == Cause.REQUESTED:
        return _("%(name)s asks for the conversation") % {"name": capfirst(app_name(handover.to_app))}
    return "" if handover.is_change else capfirst(why(handover))


def why(handover):
    """Return the words after “Bot → queue:”, with the name of a third person who did it."""
    if handover.cause == Cause.HANDED_OVER:
        return _("asked for a human")
    if handover.by_id and handover.by_id not in (handover.from_agent_id, handover.to_agent_id):
        return _by(handover)
    return _cause(handover)


def reason(handover):
    """Return the same for where it stands alone: above a thread, or in a row of the queue."""
    if handover.cause in DONE_BY and handover.by_id:
        return _by(handover)
    if handover.cause in SAID_OF and handover.by_id:
        return f"{handover.by}: {_cause(handover)}"
    if handover.cause == Cause.ANSWERED_ELSEWHERE:
        return _("somebody answered in %(name)s") % {"name": handover.to_name}
    if handover.cause == Cause.CONTROL_TAKEN:
        name = _("the bot") if handover.to_holder == Holder.BOT else handover.to_name
        return _("%(name)s took the conversation") % {"name": name}
    return _cause(handover)


def _by(handover):
    return _("%(done)s by %(name)s") % {"done": _cause(handover), "name": handover.by}


def _cause(handover):
    if handover.cause == Cause.CONTROL_REFUSED and handover.to_holder == Holder.QUEUE:
        return _("Facebook did not pass it on to the bot")
    return handover.get_cause_display()
