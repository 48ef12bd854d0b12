"""The payload of a push message: as much as a notification of the desk shows, and nothing else."""

from django.urls import reverse
from django.utils.translation import gettext as _

from console.models.holder import Holder
from console.wording.stored import last_words


def payload_of(conversation):
    """Return what the browser shows of a conversation. The words of a row are at most 200 characters long."""
    return {
        "title": str(conversation),
        "body": last_words(conversation.last_words),
        "tag": f"row-{conversation.pk}",
        "address": reverse("conversation", args=[conversation.pk]),
        "actions": [{"action": name, "title": title} for name, title in _actions(conversation)],
    }


def _actions(conversation):
    yield "open", _("Open")
    if conversation.holder == Holder.QUEUE:
        yield "take", _("Take")
