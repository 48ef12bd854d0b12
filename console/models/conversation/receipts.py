"""Receipts: until when the customer has got and read what was sent, by Facebook's watermarks."""

from django.db import models

from console.models.conversation.revision import Revision
from console.models.message.message import Message


class Receipts(Revision):
    """The slice of a Conversation that keeps the watermarks."""

    delivered_until = models.DateTimeField(null=True, editable=False)
    read_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    def note_delivered(self, mids, until, revision):
        """Note that these messages have reached the customer, and all that was sent until then."""
        named = self.messages.filter(mid__in=mids, state=Message.State.SENT)
        named.update(state=Message.State.DELIVERED, revision=revision)
        self.delivered_until = _later(self.delivered_until, until)
        self.show_receipts(revision)

    def note_read(self, until, revision):
        """Note that the customer has read all that was sent until then."""
        self.read_until = _later(self.read_until, until)
        self.show_receipts(revision)

    def show_receipts(self, revision):
        """Bring what was sent to the state that the watermarks give it. Never a step back."""
        state = Message.State
        for new, old, until in [
            (state.READ, [state.SENT, state.DELIVERED], self.read_until),
            (state.DELIVERED, [state.SENT], self.delivered_until),
        ]:
            if until:
                sent = self.messages.filter(state__in=old, sent_at__lte=until)
                sent.update(state=new, revision=revision)


def _later(known, moment):
    return max(filter(None, [known, moment]), default=None)
