"""The content of a transcript: what was said, and by whom, as the customer saw it. It has no notes."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.models.message.message import Message

MOST = 2_000  # messages, the newest ones
REMARKS = {
    Message.State.QUEUED: _("not sent yet"),
    Message.State.SENDING: _("not sent yet"),
    Message.State.UNKNOWN: _("may not have arrived"),
    Message.State.FAILED: _("not sent"),
}


def content_of(conversation):
    """Return what the templates of a transcript show."""
    newest = list(conversation.messages.for_thread().in_order().reverse()[: MOST + 1])
    messages = newest[:MOST][::-1]
    for message in messages:
        message.conversation = conversation  # with its Page, of which senders have their names
        message.remark = REMARKS.get(message.state, "")
    is_cut = len(newest) > MOST
    return {"conversation": conversation, "messages": messages, "is_cut": is_cut, "at": timezone.localtime()}
