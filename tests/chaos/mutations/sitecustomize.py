"""Mutations: faults that are built into the console's programs, one at a time, to show that chaos finds them. Shorter
time limits are set in every run.

Python imports this module by itself because this folder is on PYTHONPATH, which tests/chaos/stack.py sets.
CHAOS_MUTATION names the fault.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from collections import defaultdict
from datetime import timedelta

try:
    import below
    import delivery
    import hardware
except ImportError:  # this folder is not on the path: only the names are needed
    from tests.chaos.mutations import below, delivery, hardware

# Shorter time limits for bots, files and reconciliation, which fit into a run.
HASTE = {
    "console.models.message.delivery": {"UPLOAD_TIMEOUT": 4, "UPLOAD": timedelta(seconds=12)},
    "console.models.message.reconciliation": {"PATIENCE": timedelta(seconds=20)},
    "console.models.handover_rules": {
        "DOWN": timedelta(seconds=4),
        "WELL": timedelta(seconds=3),
        "NOTED_EVERY": timedelta(seconds=1),
    },
    "console.models.bot_event.post": {"TIMEOUT": 2, "CONNECT_TIMEOUT": 2},
    "console.models.bot_event.delivery": {
        "LEASE": timedelta(seconds=6),
        "PAUSES": (0.2, 0.5, 1),
        "EVENT_LASTS": timedelta(seconds=8),
        "OUTAGE_LASTS": timedelta(seconds=6),
    },
}

# --- mutations: for each a module and what to do to it after its import ----------------------------------------------


def no_key(send_api):
    """Messages go out without the key that their echo brings back."""
    send = send_api.SendApi.send
    send_api.SendApi.send = lambda self, *given, metadata=None, **options: send(self, *given, **options)


def no_lease(send_queue):
    """Every worker gets the lease, even while another has it."""
    send_queue.SendQueue.lease = lambda self: bool(self.next_pending())
    send_queue.SendQueue.keep = lambda self, call=None: True
    send_queue.SendQueue.give_back = lambda self: None


def no_claim(delivery):
    """A worker sends a message although another is sending it."""

    def claim(self, persona):
        real(self, persona)
        return True

    real, delivery.MessageDelivery._claim = delivery.MessageDelivery._claim, claim


def no_lease_no_claim(delivery):
    """Neither the lease nor the claim works."""
    from console.models import send_queue

    no_lease(send_queue)
    no_claim(delivery)


def resend_unknown(reconciliation):
    """A call without an answer is made again at once."""
    reconciliation.Reconciliation.mark_unknown = lambda self, reason: self.queue_until(reconciliation.timezone.now())


def read_once(inbound_webhook):
    """A webhook counts as processed before it is, so that an error is never followed by another attempt."""

    def process_next(self, most):
        found = self.due().order_by("pk").first()
        if found:
            type(found).objects.filter(pk=found.pk).update(processed_at=inbound_webhook.timezone.now())
            found.process()
            type(found).objects.filter(pk=found.pk).update(processed_at=inbound_webhook.timezone.now())
        batch = inbound_webhook.Batch()
        batch.webhooks = [found] if found else []
        return batch

    inbound_webhook.InboundWebhookQuerySet._process_next = process_next


def page_face(delivery):
    """The call leaves out the persona."""
    call = delivery.MessageDelivery._call

    def faceless(self, *given):
        self.persona = None
        return call(self, *given)

    delivery.MessageDelivery._call = faceless


def newest_first(message):
    """The send queue sends the newest message first."""
    pending = message.MessageQuerySet.pending
    message.MessageQuerySet.pending = lambda self: pending(self).order_by("-at", "-pk")


def no_receipts(inbound):
    """Delivery receipts are ignored."""
    inbound.PROCESSORS[inbound.events.Delivery] = lambda conversation, event: inbound.Outcome.PROCESSED


def no_sweep(conversation):
    """Replies that a dead worker or an emptied Redis left behind are never looked for."""
    conversation.ConversationQuerySet.pending = lambda self: self.none()


def relay_to_all(relay):
    """The bot receives all messages, whoever holds the conversation."""

    def held_by_bots(processed):
        groups = real(processed)
        for _rules, conversation, _events in groups:
            if conversation:
                conversation.holder = relay.Holder.BOT
        return groups

    real, relay._by_conversation = relay._by_conversation, held_by_bots


def deliver_once(delivery):
    """An event that a bot does not accept at the first attempt is not sent again."""
    delivery.BotEventDelivery._not_taken = lambda self, error: self._end()


def no_way_out(conversation):
    """A dead bot keeps its conversations."""
    conversation.Conversation.hand_over_unanswered = lambda self, error: False


def no_lock(conversation):
    """Changes of one conversation do not wait for each other."""

    def for_change(self):
        return self.select_related("page__rules").defer("page__token")

    conversation.ConversationQuerySet.for_change = for_change


MUTATIONS = {
    "no-key": ("messenger.calls.send_api", no_key),
    "no-lease": ("console.models.send_queue", no_lease),
    "no-claim": ("console.models.message.delivery", no_claim),
    "no-lease-no-claim": ("console.models.message.delivery", no_lease_no_claim),
    "resend-unknown": ("console.models.message.reconciliation", resend_unknown),
    "read-once": ("console.models.inbound_webhook", read_once),
    "page-face": ("console.models.message.delivery", page_face),
    "newest-first": ("console.models.message.message", newest_first),
    "no-receipts": ("console.models.conversation.inbound", no_receipts),
    "no-sweep": ("console.models.conversation.conversation", no_sweep),
    "relay-to-all": ("console.models.bot_event.relay", relay_to_all),
    "deliver-once": ("console.models.bot_event.delivery", deliver_once),
    "no-way-out": ("console.models.conversation.conversation", no_way_out),
    "no-lock": ("console.models.conversation.conversation", no_lock),
    **below.MUTATIONS,
    **delivery.MUTATIONS,
}

# --- when ------------------------------------------------------------------------------------------------------------


class Patching(importlib.abc.MetaPathFinder):
    """An import finder that changes these modules after they were executed."""

    def __init__(self, changes):
        self.changes = changes  # {module: functions that change it}

    def find_spec(self, name, path=None, target=None):
        if name not in self.changes:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        execute = spec.loader.exec_module

        def execute_and_change(module):
            execute(module)
            for change in self.changes[name]:
                change(module)

        spec.loader.exec_module = execute_and_change
        return spec


if "CHAOS_MUTATION" in os.environ:
    wanted = defaultdict(list)
    for module, change in hardware.CHANGES.items():
        wanted[module].append(change)
    for module, constants in HASTE.items():
        wanted[module].append(lambda module, constants=constants: vars(module).update(constants))
    if mutation := os.environ["CHAOS_MUTATION"]:
        module, change = MUTATIONS[mutation]
        wanted[module].append(change)
    sys.meta_path.insert(0, Patching(wanted))
