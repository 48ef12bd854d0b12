"""Receipts: the times until which messages have reached the customer and were read, by Facebook's watermarks."""

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
        """Note that these messages have reached the customer, and all messages that were sent before this time."""
        self.thread.read(mids)
        for message in filter(None, map(self.thread.find_own, mids)):
            if message.state == Message.State.SENT:
                message.state, message.revision = Message.State.DELIVERED, revision
                self.thread.change_delivery(message)
        self.delivered_until = _later(self.delivered_until, until)
        self.thread.show_receipts()

    def note_read(self, until):
        """Note that the customer has read all messages that were sent before this time."""
        self.read_until = _later(self.read_until, until)
        self.thread.show_receipts()


def _later(known, moment):
    return max(filter(None, [known, moment]), default=None)
