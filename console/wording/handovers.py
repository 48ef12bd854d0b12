"""Changes of holder in words: the lines of a thread, and the reasons beside a conversation."""

from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from console.models.handover.cause import Cause
from console.models.holder import Holder, app_name

DONE_BY = {
    *(Cause.TAKEN, Cause.TAKEN_OVER, Cause.REOPENED),
    *(Cause.ASSIGNED, Cause.TRANSFERRED, Cause.RETURNED, Cause.HANDED_BACK),
}
SAID_OF = {Cause.NO_ANSWER, Cause.AWAY, Cause.LEFT, Cause.NO_ACCESS}  # the former holder
EXPLAINED = {Cause.CONTROL_REFUSED, Cause.CONTROL_ELSEWHERE, Cause.NOT_SENT}  # their note is a sentence about an error
AUTOMATIC_NOTES = {Cause.ASKED, Cause.BOT_DOWN, *EXPLAINED}  # no agent's or bot's own reason


class Reason(NamedTuple):
    """A sentence, and the note that somebody wrote."""

    words: str
    note: str = ""


def sentence(handover):
    """Return the line of the thread for a handover that is no step from one holder to another, else ""."""
    if handover.cause == Cause.CLOSED:
        return _("%(name)s closed the conversation") % {"name": capfirst(handover.by or handover.from_name)}
    if handover.cause == Cause.REOPENED:
        return _("%(name)s reopened the conversation") % {"name": handover.to_name}
    if handover.cause == Cause.REQUESTED:
        return _("%(name)s asks for the conversation") % {"name": capfirst(app_name(handover.to_app))}
    return "" if handover.is_change else capfirst(why(handover))


def why(handover):
    """Return the words after “Bot → queue:”, with the name of a third person who did it."""
    if handover.cause == Cause.HANDED_OVER:
        return _("asked for an agent")
    if handover.by_id and handover.by_id not in (handover.from_agent_id, handover.to_agent_id):
        return _by(handover)
    return _cause(handover)


def explanation(handover):
    """Return the sentence behind the cause. The note of a bot that is down is technical: only admins see it."""
    if handover.cause == Cause.BOT_DOWN:
        return _("Reply in its place. Admins see the error on the Page.")
    return handover.note if handover.cause in EXPLAINED else ""


def quotation(handover):
    """Return the note in the words of whoever gave it: an agent, a bot, a customer, another app."""
    return "" if explanation(handover) else handover.note


def reason(handover):
    """Return the cause as a phrase that stands alone and names the agent."""
    if handover.cause in DONE_BY and handover.by_id:
        return _by(handover)
    if handover.cause in SAID_OF and handover.by_id:
        return f"{handover.by}: {_cause(handover)}"
    if handover.cause == Cause.ANSWERED_ELSEWHERE:
        return _("somebody replied in %(name)s") % {"name": handover.to_name}
    if handover.cause == Cause.CONTROL_TAKEN:
        name = _("the bot") if handover.to_holder == Holder.BOT else handover.to_name
        return _("%(name)s took the conversation") % {"name": name}
    return _cause(handover)


def in_header(conversation, agent):
    """Return the reason above the thread; None if there is none, or the agent is who knows it best."""
    last = conversation.is_open and conversation.reason
    if not last or last.cause == Cause.CLOSED or (conversation.is_held_by(agent) and last.by_id == agent.pk):
        return None
    return _full_reason(last)


def in_row(handover):
    """Return the reason in a row of the queue, which has room for a person's note or for the cause."""
    if handover is None or handover.cause == Cause.CLOSED:
        return None
    if handover.note and handover.cause not in AUTOMATIC_NOTES:
        return Reason(f"{handover.by}:" if handover.by_id else "", handover.note)
    return Reason(capfirst(reason(handover)))


def in_notice(conversation):
    """Return the notice to an agent who has just been given a conversation."""
    last, names = conversation.reason, {"conversation": conversation}
    if last and last.cause == Cause.TRANSFERRED:
        words = _("%(name)s transferred %(conversation)s to you") % (names | {"name": last.by})
        return Reason(words + (":" if last.note else ""), last.note)
    if last and last.cause == Cause.NOT_SENT:
        return Reason(_("Your reply to %(conversation)s was not sent") % names)
    return Reason(_("%(conversation)s was assigned to you") % names)


def _full_reason(handover):
    words, note = capfirst(reason(handover)), quotation(handover)
    if explained := explanation(handover):
        return Reason(f"{words}. {explained}")
    return Reason(words + (":" if note else ""), note)


def _by(handover):
    return _("%(done)s by %(name)s") % {"done": _cause(handover), "name": handover.by}


def _cause(handover):
    if handover.cause == Cause.CONTROL_REFUSED and handover.to_holder == Holder.QUEUE:
        return _("Facebook did not pass it on to the bot")
    return handover.get_cause_display()
