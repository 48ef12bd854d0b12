"""Changes of holder in words: the lines of a thread, and the reasons beside a conversation."""

from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console.models.handover.cause import Cause
from console.models.holder import Holder, app_name
from console.wording.stored import translated

DONE_BY = {
    *(Cause.TAKEN, Cause.TAKEN_OVER, Cause.REOPENED, Cause.UNDONE),
    *(Cause.ASSIGNED, Cause.TRANSFERRED, Cause.RETURNED, Cause.HANDED_BACK),
}
SAID_OF = {Cause.NO_ANSWER, Cause.AWAY, Cause.LEFT, Cause.NO_ACCESS}  # the former holder
EXPLAINED = {Cause.CONTROL_REFUSED, Cause.CONTROL_ELSEWHERE, Cause.NOT_SENT}  # their note is a sentence about an error
AUTOMATIC_NOTES = {Cause.ASKED, Cause.BOT_DOWN, *EXPLAINED}  # no agent's or bot's own reason


TAKES = {Cause.TAKEN, Cause.TAKEN_OVER, Cause.REOPENED, Cause.UNDONE}
SHORT = {  # lines of a thread that need no arrow
    Cause.ASKED: gettext_lazy("The customer asked for an agent"),
    Cause.HANDED_OVER: gettext_lazy("%(from)s asked for an agent"),
    Cause.TAKEN: gettext_lazy("%(to)s took this from %(from)s"),
    Cause.TAKEN_OVER: gettext_lazy("%(to)s took this over from %(from)s"),
    Cause.ASSIGNED: gettext_lazy("%(by)s assigned this to %(to)s"),
    Cause.TRANSFERRED: gettext_lazy("%(by)s transferred this to %(to)s"),
    Cause.RETURNED: gettext_lazy("%(by)s returned this to %(to)s"),
    Cause.HANDED_BACK: gettext_lazy("%(by)s handed this back to %(to)s"),
    Cause.RESUMED: gettext_lazy("%(to)s resumed"),
    Cause.CLOSED: gettext_lazy("%(by)s closed the conversation"),
    Cause.REOPENED: gettext_lazy("%(to)s reopened the conversation"),
    Cause.UNDONE: gettext_lazy("%(to)s took this back"),
    Cause.REQUESTED: gettext_lazy("%(app)s asks for the conversation"),
}
DONE = {  # said to the agent who did it, beside Undo
    Cause.CLOSED: gettext_lazy("Closed the conversation with %(customer)s."),
    Cause.TRANSFERRED: gettext_lazy("Transferred %(customer)s to %(to)s."),
    Cause.HANDED_BACK: gettext_lazy("Handed %(customer)s back to %(to)s."),
}


class Reason(NamedTuple):
    """A sentence, and the note that somebody wrote."""

    words: str
    note: str = ""


def sentence(handover):
    """Return the line of the thread for a handover, or "" where it is shown as a step from one holder to another."""
    if words := _short(handover):
        return capfirst(words % _names(handover))
    return "" if handover.is_change else capfirst(why(handover))


def done(handover):
    """Return the sentence for the agent who has just closed, transferred or handed back a conversation."""
    return DONE[handover.cause] % (_names(handover) | {"customer": handover.conversation.customer})


def _short(handover):
    """Return the short sentence for the handover, if there is one that says who did it."""
    if handover.cause == Cause.ASSIGNED and handover.by_id in (None, handover.to_agent_id):
        return _("Assigned to %(to)s")
    is_by_third = handover.by_id not in (None, handover.from_agent_id, handover.to_agent_id)
    has_doer = not is_by_third if handover.cause in TAKES else handover.by_id or handover.cause not in DONE_BY
    if handover.cause == Cause.TAKEN and handover.from_holder == Holder.QUEUE and has_doer:
        return _("%(to)s took this")
    return SHORT.get(handover.cause) if has_doer else None


def _names(handover):
    """Return the names for the middle of a sentence."""
    before = _name(handover.from_holder, handover.from_name)
    to = _("the queue · %s") % handover.to_team if handover.to_team else _name(handover.to_holder, handover.to_name)
    return {"by": handover.by or before, "from": before, "to": to, "app": app_name(handover.to_app)}


def _name(holder, name):
    named = {Holder.BOT: _("the bot"), Holder.QUEUE: _("the queue")}
    return named[holder] if holder in named and name == Holder(holder).label else name


def why(handover):
    """Return the words after “Bot → queue:”, with the name of the third person who did it, if any."""
    if handover.cause == Cause.HANDED_OVER:
        return _("asked for an agent")
    if handover.by_id and handover.by_id not in (handover.from_agent_id, handover.to_agent_id):
        return _by(handover)
    return _cause(handover)


def explanation(handover):
    """Return the sentence behind the cause. The note of a bot that is down is technical: only admins see it."""
    if handover.cause == Cause.BOT_DOWN:
        return _("Reply in its place. Admins see the error on the Page.")
    return translated(handover.note) if handover.cause in EXPLAINED else ""


def quotation(handover):
    """Return the note of an agent, a bot, a customer or another app, in their own words."""
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
    """Return the reason above the thread; None if there is none, or if the agent gave it."""
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
    """Return the notice to an agent who has just been given a conversation, or given it back after a snooze."""
    last, names = conversation.reason, {"conversation": conversation}
    if conversation.is_back:
        return Reason(_("The snooze of %(conversation)s is over") % names)
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
