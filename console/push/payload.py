"""The payload of a push message: as much as a notification of the desk shows, and nothing else."""

from django.urls import reverse
from django.utils.translation import gettext as _

from agents.roles import ANSWER
from console.calls.news import REASONS, News
from console.models.holder import Holder
from console.wording.stored import last_words

MOST_WORDS = 200  # characters, as in a row


def payload_of(conversation, news, agent):
    """Return what the browser of this agent shows of the news of a conversation."""
    return {
        "title": str(conversation),
        "body": "\n".join(filter(None, [str(REASONS.get(news, "")), _words(conversation, news, agent)])),
        "tag": f"row-{conversation.pk}",
        "news": news,
        "agent": agent.pk,
        "address": reverse("conversation", args=[conversation.pk]),
        "actions": [{"action": name, "title": title} for name, title in _actions(conversation, agent)],
    }


def payload_of_test(test, agent):
    """Return what a device shows that is being tested, and the name of the test."""
    return {
        "title": _("Test notification"),
        "body": _("This device calls you also while no desk is open."),
        "tag": "test",
        "news": test,
        "agent": agent.pk,
        "address": reverse("check-device"),
        "actions": [],
    }


def _words(conversation, news, agent):
    """Return the words of the customer, or of the note that mentions the agent."""
    if news != News.MENTION:
        return last_words(conversation)
    found = agent.mentions.unseen().filter(note__conversation=conversation).with_notes().last()
    return f"{found.note.author}: {found.note.text[:MOST_WORDS]}" if found else ""


def _actions(conversation, agent):
    yield "open", _("Open")
    if conversation.holder == Holder.QUEUE and agent.has_perm(ANSWER):
        yield "take", _("Take")
