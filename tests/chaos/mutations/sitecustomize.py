"""Faults built into the console's programs, one at a time, to show that chaos finds them; and haste, in any case.

Python imports this by itself where this folder is on PYTHONPATH, which tests/chaos/stack.py alone sees to.
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
except ImportError:  # this folder is not on the path: somebody only asks for the names
    from tests.chaos.mutations import below, delivery, hardware

# Patience with bots, files and doubts, as short as a run is.
HASTE = {
    "console.models.message.delivery": {
        "UPLOAD_TIMEOUT": 4,
        "UPLOAD": timedelta(seconds=12),
        "DOUBT": timedelta(seconds=20),
    },
    "console.models.handover_rules": {
        "DOWN": timedelta(seconds=4),
        "WELL": timedelta(seconds=3),
        "NOTED_EVERY": timedelta(seconds=1),
    },
    "console.models.bot_event.delivery": {
        "TIMEOUT": 2,
        "CONNECT_TIMEOUT": 2,
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
    """Every worker gets past the lease, and goes on whoever else is there."""
    send_queue.Lane._lease = send_queue.Lane.keep_lease = lambda self: True
    send_queue.Lane._end_lease = lambda self: None


def no_claim(sending):
    """Nobody asks whether another worker is sending the message already."""

    def claim(self, persona):
        real(self, persona)
        return True

    real, sending.MessageDelivery._claim = sending.MessageDelivery._claim, claim


def no_lease_no_claim(sending):
    """Neither of the two."""
    from console.models import send_queue

    no_lease(send_queue)
    no_claim(sending)


def resend_unknown(sending):
    """A call without an answer is simply made again."""
    sending.MessageDelivery._doubt = lambda self, reason: self._postpone(until=sending.timezone.now())


def read_once(inbound_webhook):
    """An inbound_webhook counts as read before its events are taken in, so what fails then is never read again."""

    def read_next(self):
        found = self.due().order_by("pk").first()
        if found:
            type(found).objects.filter(pk=found.pk).update(processed_at=inbound_webhook.timezone.now())
            found.process()
            type(found).objects.filter(pk=found.pk).update(processed_at=inbound_webhook.timezone.now())
        return found is not None

    inbound_webhook.InboundWebhookQuerySet._process_next = read_next


def page_face(sending):
    """The persona is forgotten in the call."""
    call = sending.MessageDelivery._call

    def faceless(self, *given):
        self.persona = None
        return call(self, *given)

    sending.MessageDelivery._call = faceless


def newest_first(message):
    """The lane begins at its end."""
    pending = message.MessageQuerySet.pending
    message.MessageQuerySet.pending = lambda self: pending(self).order_by("-at", "-pk")


def no_receipts(receiving):
    """What Facebook tells of deliveries is not written down."""
    receiving.Inbound._note_delivery = lambda self, event: None


def no_sweep(conversation):
    """Nobody looks for the replies that a dead worker or an emptied Redis left behind."""
    conversation.ConversationQuerySet.pending = lambda self: self.none()


def relay_to_all(bot_event):
    """The bot is told whoever holds the conversation."""

    def lanes_of_bots(heard, rules):
        lanes = real(heard, rules)
        for _rules, conversation, _told in lanes:
            if conversation:
                conversation.holder = bot_event.Holder.BOT
        return lanes

    real, bot_event._by_conversation = bot_event._by_conversation, lanes_of_bots


def tell_once(telling):
    """What a bot does not take at the first try, it is not told again."""
    telling.BotEventDelivery._not_taken = lambda self, error: self._end()


def no_way_out(conversation):
    """A bot that is dead keeps what it holds."""
    conversation.Conversation.hand_over_unanswered = lambda self, error: False


def no_lock(conversation):
    """Changes of the same conversation stand in nobody's way."""

    def for_change(self):
        return self.select_related("page__rules").defer("page__token")

    conversation.ConversationQuerySet.for_change = for_change


MUTATIONS = {
    "no-key": ("messenger.calls.send_api", no_key),
    "no-lease": ("console.models.send_queue", no_lease),
    "no-claim": ("console.models.message.delivery", no_claim),
    "no-lease-no-claim": ("console.models.message.delivery", no_lease_no_claim),
    "resend-unknown": ("console.models.message.delivery", resend_unknown),
    "read-once": ("console.models.inbound_webhook", read_once),
    "page-face": ("console.models.message.delivery", page_face),
    "newest-first": ("console.models.message.message", newest_first),
    "no-receipts": ("console.models.conversation.inbound", no_receipts),
    "no-sweep": ("console.models.conversation.conversation", no_sweep),
    "relay-to-all": ("console.models.bot_event.bot_event", relay_to_all),
    "tell-once": ("console.models.bot_event.delivery", tell_once),
    "no-way-out": ("console.models.conversation.conversation", no_way_out),
    "no-lock": ("console.models.conversation.conversation", no_lock),
    **below.MUTATIONS,
    **delivery.MUTATIONS,
}

# --- when ------------------------------------------------------------------------------------------------------------


class Patching(importlib.abc.MetaPathFinder):
    """Lets the others find these modules, and changes each once it has been executed."""

    def __init__(self, changes):
        self.changes = changes  # {module: what to do to it}

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
