"""The composer: whether this agent may write a reply now, and the sentence above the field."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agents.roles import ANSWER
from console.models import Holder
from console.models.conversation.messaging_window import WindowState
from console.models.refusals import DISCONNECTED
from console.moderation.models import CustomerBlocked


@dataclass(frozen=True)
class Composer:
    """The state of the composer. `locked_by` names what keeps the agent from writing; it is empty while they may."""

    locked_by: str = ""
    sentence: str = ""
    until: datetime | None = None  # the end of what the sentence says
    is_tagged: bool = False  # a reply of this moment is sent with the tag HUMAN_AGENT
    needs_confirmation: bool = False

    @classmethod
    def of(cls, conversation, agent):
        if conversation.page.is_disconnected:
            return cls("window", DISCONNECTED)
        if blocked := _of_blocked(conversation):
            return blocked
        if not conversation.is_held_by(agent):
            return _of_bystander(conversation, agent)
        if conversation.reply_refusal:
            return _of_closed_window(conversation)
        return _of_open_window(conversation)


def _of_blocked(conversation):
    """Return the composer for a customer whom Facebook has blocked, else None."""
    moderation = getattr(conversation.customer, "moderation", None)
    if moderation is None or not moderation.is_blocked:
        return None
    return Composer("blocked", CustomerBlocked(conversation.customer).sentence)


def _of_bystander(conversation, agent):
    if not conversation.is_open:
        return Composer("closed", _("This conversation is closed. It reopens when the customer writes."))
    if conversation.agent:
        return Composer("colleague", _("%(name)s is handling this conversation.") % {"name": conversation.agent})
    if conversation.messaging_window is WindowState.SHUT:
        return Composer("window", conversation.reply_refusal)
    if not agent.has_perm(ANSWER):
        return Composer(conversation.holder, _("Your role may read this conversation, but not answer the customer."))
    if conversation.holder == Holder.QUEUE:
        return Composer("queue", _("Nobody is handling this conversation yet. Take it to reply."))
    sentence = _("%(name)s is handling this conversation. Take it to reply yourself.")
    return Composer(conversation.holder, sentence % {"name": capfirst(conversation.holder_label)})


def _of_closed_window(conversation):
    if conversation.messaging_window is not WindowState.UNCONFIRMED:
        return Composer("window", conversation.reply_refusal)
    sentence = _(
        "The customer last wrote more than 24 hours ago. For 7 days, Facebook accepts replies from human agents only:"
        " about what the customer asked, and nothing promotional."
    )
    return Composer("unconfirmed", sentence, conversation.human_agent_until, needs_confirmation=True)


def _of_open_window(conversation):
    if conversation.messaging_window is WindowState.HUMAN_AGENT:
        sentence = _("More than 24 hours have passed: reply in person to what was asked, and send nothing promotional.")
        return Composer(sentence=sentence, is_tagged=True)
    if conversation.messaging_window is WindowState.AD:
        sentence = _("The customer came from an ad: Facebook may accept replies for up to 7 days, or stop sooner.")
        return Composer(sentence=sentence, until=conversation.ad_window_until)
    return Composer()
