"""Sentences for changes of holder."""

from django.utils.translation import gettext as _

from console.models import Cause, Holder
from console.models.handover import bot_label

DONE_BY = {
    *(Cause.TAKEN, Cause.TAKEN_OVER, Cause.OPENED),
    *(Cause.ASSIGNED, Cause.TRANSFERRED, Cause.RETURNED, Cause.HANDED_BACK),
}
SAID_OF = {Cause.NO_ANSWER, Cause.AWAY, Cause.LEFT, Cause.NO_ACCESS}  # the agent who had it


def why(handover):
    """Return the reason as the thread shows it after “Bot → queue:”. A third person who made the change is named."""
    if handover.cause == Cause.HANDED_OVER:
        return _("asked for a human")
    if handover.by_id and handover.by_id not in (handover.from_agent_id, handover.to_agent_id):
        return _by(handover)
    return _cause(handover)


def reason(handover):
    """Return the reason as it stands alone, above a thread or in a row of the queue: the agent is named."""
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


def holder(conversation):
    """Return the holder's name, with a mark for a bot that has a name like a colleague's."""
    is_named_bot = conversation.holder == Holder.BOT and conversation.page.bot_name
    return bot_label(conversation.page) if is_named_bot else conversation.holder_name


def _by(handover):
    return _("%(done)s by %(name)s") % {"done": _cause(handover), "name": handover.by}


def _cause(handover):
    if handover.cause == Cause.CONTROL_REFUSED and handover.to_holder == Holder.QUEUE:
        return _("Facebook did not pass it on to the bot")
    return handover.get_cause_display()
