"""The holder of a conversation in words, as agents read it."""

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from console.models.holder import Holder


def in_header(conversation, agent):
    """Return the words under the customer's name: “waiting in the queue”, “assigned to Ana Ruiz (away)”."""
    if conversation.is_held_by(agent):
        return _("assigned to you")
    if not conversation.is_open:
        return _("closed")
    if conversation.holder == Holder.QUEUE:
        team = conversation.team
        return _("waiting in the queue of %(team)s") % {"team": team} if team else _("waiting in the queue")
    if conversation.agent:
        return _("assigned to %(name)s") % {"name": _with_presence(conversation.agent)}
    return _("with %(name)s") % {"name": conversation.holder_label}


def in_row(conversation):
    """Return the name in a row of the queue: of the team whose queue it is in, or of the holder."""
    if conversation.holder == Holder.QUEUE:
        return str(conversation.team or "")
    if conversation.agent:
        return _with_presence(conversation.agent)
    return capfirst(conversation.holder_label)


def _with_presence(agent):
    if agent.is_present:
        return str(agent)
    return _("%(name)s (%(absence)s)") % {"name": agent, "absence": agent.away_words}
