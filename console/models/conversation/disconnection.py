"""Give up the replies of a disconnected Page: none waits for ever, and no agent believes that one will go out."""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from console.models.message.message import Message
from console.models.send_queue import LEASE


def give_up(conversations):
    """Give up the messages that are still to be sent in these conversations."""
    pending = Message.objects.pending().order_by().values("conversation")
    for conversation in conversations.filter(pk__in=pending).order_by("customer__psid", "pk"):
        with conversation.changing() as revision:
            _give_up(conversation.messages, revision)


def _give_up(messages, revision):
    state, ended = Message.State, {"next_attempt_at": None, "revision": revision}
    not_sent = _("The Page was disconnected before this was sent.")
    messages.filter(state=state.QUEUED).update(state=state.FAILED, error=not_sent, **ended)
    unknown = Q(state=state.UNKNOWN, next_attempt_at__isnull=False)
    abandoned = Q(state=state.SENDING, attempted_at__lt=timezone.now() - LEASE)  # its worker is gone
    not_known = _("The Page was disconnected before we knew whether Facebook has it.")
    messages.filter(unknown | abandoned).update(state=state.UNKNOWN, error=not_known, **ended)
