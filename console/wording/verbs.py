"""The verbs of an agent. Each has one label, a URL of its name, and a method of its name on its model."""

from django.utils.translation import gettext_lazy as _

from agents.roles import ANSWER
from console.models.conversation.transitions import TAKE_OVER
from console.models.holder import Holder

LABELS = {
    "take": _("Take"),
    "take-over": _("Take over"),
    "reopen": _("Reopen"),
    "transfer": _("Transfer"),
    "hand-back": _("Hand back"),
    "return-to-queue": _("Return to queue"),
    "close": _("Close"),
    "snooze": _("Snooze"),
    "end-snooze": _("End snooze"),
    "confirm-human-agent": _("Reply as a human agent"),
}


def label(verb):
    return LABELS[verb]


def main_verb(conversation, agent):
    """Return the verb of the button that always shows; "" if this agent can do nothing."""
    if conversation.is_held_by(agent) or _can_only_close(conversation):
        return "close"
    if conversation.page.is_disconnected or not agent.has_perm(ANSWER):
        return ""
    if not conversation.is_open:
        return "reopen"
    if conversation.holder != Holder.AGENT:
        return "take"
    return "take-over" if not conversation.agent.is_present or agent.has_perm(TAKE_OVER) else ""


def _can_only_close(conversation):
    """Return whether nobody holds it and nobody can take it, because its Page is disconnected."""
    return conversation.page.is_disconnected and conversation.is_open and conversation.holder != Holder.AGENT
