"""A conversation's send queue: its messages are sent one by one, in the order of Send, even if workers die."""

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Exists
from django.utils import timezone

from agents.compiled import Compiled, CompiledUpdate, Given, GivenList, attach
from console import tasks
from console.logs import ids
from personas.models.retry import Outcome

LEASE = timedelta(seconds=3 * settings.GRAPH_TIMEOUT)
CALL = timedelta(seconds=2 * settings.GRAPH_TIMEOUT)  # the longest time of a call: connecting, and the answer
READ_TOGETHER = 20  # messages read by one query
SOON = 60  # s; the sweep finds messages that wait longer, because delayed tasks occupy the memory of all workers


def _rows(label, **filters):
    return apps.get_model(label).objects.filter(**filters)


def _pending(label):
    return _rows(label, conversation=Given("pk")).pending()


def _conversation():
    return _rows("console.Conversation", pk=Given("pk"))


def _free_and_pending():
    pending = Exists(_pending("console.Message").order_by()) | Exists(_pending("console.Handover").order_by())
    return _conversation().filter(pending).free(Given("now"))


FOR_DELIVERY = Compiled(lambda: _conversation().select_related("page", "customer"))
LEASE_PENDING = CompiledUpdate(_free_and_pending, leased_until=Given("until"))
GIVE_BACK = CompiledUpdate(lambda: _conversation().filter(leased_until=Given("lease")), leased_until=None)
MESSAGES = Compiled(lambda: _pending("console.Message").select_related("author")[:READ_TOGETHER])
ATTACHMENTS = Compiled(lambda: _rows("console.Attachment", message__pk__any=GivenList("messages")))
HANDOVERS = Compiled(lambda: _pending("console.Handover")[:READ_TOGETHER])


class SendQueue:
    """The send queue of one conversation: messages, and calls to Facebook about changes of holder."""

    def __init__(self, conversation):
        self.conversation = conversation
        self._lease: Any = None
        self._personas = {}  # by author, looked up once for all pending messages

    def deliver_later(self, seconds=0, **options):
        if seconds < SOON:
            deliver = tasks.deliver.apply_async
            transaction.on_commit(lambda: deliver([self.conversation.pk], countdown=seconds, **options), robust=True)

    def deliver(self):
        """Send pending messages in order. The lease admits one worker at a time.

        Afterwards it checks once more: a message that was queued while the lease was given back would wait for the
        sweep.
        """
        with ids.carrying(conversation_id=self.conversation.pk, page_id=self.conversation.page_id):
            while self.lease():
                try:
                    outcome = self._deliver_in_turn()
                finally:
                    self.give_back()
                if outcome is Outcome.WAIT:
                    return

    def lease(self):
        """Lease the queue if anything is pending and no other worker has it; return whether it is ours."""
        self._personas, now = {}, timezone.now()
        is_ours = LEASE_PENDING(pk=self.conversation.pk, now=now, until=now + LEASE)
        self._lease = now + LEASE if is_ours else None
        return bool(is_ours)

    def keep(self, call=CALL):
        """Renew the lease for one more call; return False if it ran out and another worker may have the queue."""
        if self._lease - timezone.now() > call:
            return True
        renewed = self.conversation.row.renew(self._lease, max(LEASE, call))
        self._lease = renewed or self._lease
        return renewed is not None

    def give_back(self):
        GIVE_BACK(pk=self.conversation.pk, lease=self._lease)

    def next_pending(self):
        """Return the pending messages and handovers in the order of their creation. They are read under the lease.

        An echo may still change one: the claim of each message notices it.
        """
        messages = MESSAGES(pk=self.conversation.pk)
        attach(messages, "attachments", ATTACHMENTS(messages=[message.pk for message in messages]))
        for message in messages:
            message.conversation, message.page = self.conversation, self.conversation.page
        handovers = HANDOVERS(pk=self.conversation.pk)
        for handover in handovers:
            handover.conversation = self.conversation
        return sorted([*messages, *handovers], key=lambda pending: pending.place)[:READ_TOGETHER]

    def persona_of(self, author):
        """Return the persona under which an author speaks; None is the bot. It is published if Facebook lacks it."""
        persona = self._personas.get(author)
        if persona is None:
            page = self.conversation.page
            persona = self._personas[author] = page.personas.for_agent(author, page)
            persona.publish()
        return persona

    def forget_personas(self):
        """Look the personas up again: Facebook may have lost one."""
        self._personas.clear()

    def _deliver_in_turn(self):
        """Deliver what is pending, until one of them has to wait."""
        for row in self.next_pending():
            with ids.carrying(**{f"{row._meta.model_name}_id": row.pk}):
                outcome = row.deliver()
            if outcome is not Outcome.NEXT:
                return outcome
        return Outcome.READ_AGAIN
