"""The send queue of a conversation, and the scopes that find what waits in it."""

from django.utils import timezone
from django.utils.functional import cached_property

from console.models.conversation.revision import Revision, RevisionQuerySet
from console.models.handover.handover import Handover
from console.models.message.message import Message
from console.models.send_queue import FOR_DELIVERY, SendQueue
from personas.models import Page
from personas.models.retry import Leased, LeasedQuerySet

SWEEP_EVERY = 10  # s


class SendingQuerySet(RevisionQuerySet, LeasedQuerySet):
    def pending(self):
        """Filter to conversations with something to send now and no worker that sends it."""
        messages = Message.objects.pending().order_by().values("conversation")
        handovers = Handover.objects.pending().order_by().values("conversation")
        pending = messages.union(handovers, all=True)
        later = {"next_attempt_at__gt": timezone.now()}
        early = messages.filter(**later).union(handovers.filter(**later), all=True)
        return self.free().filter(pk__in=pending).exclude(pk__in=early).exclude(page__in=Page.objects.paused())

    def for_delivery(self, pk):
        """Return a conversation with its Page and its customer, as every call needs them."""
        [conversation] = FOR_DELIVERY(pk=pk)
        return conversation

    def deliver_later(self):
        """Enqueue the deliveries of all pending conversations.

        A task expires at the next sweep, which enqueues it again.
        """
        for conversation in self.pending():
            conversation.deliver_later(expires=SWEEP_EVERY)

    def make_due(self):
        """Make the calls about changes of holder due now: their Page no longer has to wait."""
        Handover.objects.pending().filter(conversation__in=self).make_due()


class Sending(Revision, Leased):
    """The slice of a Conversation that has a send queue, leased to one worker at a time."""

    class Meta:
        abstract = True

    @cached_property
    def send_queue(self):
        return SendQueue(self)

    def deliver(self):
        self.send_queue.deliver()

    def deliver_later(self, seconds=0, **options):
        self.send_queue.deliver_later(seconds, **options)
