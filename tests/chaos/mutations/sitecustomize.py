"""Faults built into the console's programs, one at a time, to show that chaos finds them.

Python imports this by itself where this folder is on PYTHONPATH, which tests/chaos/stack.py alone sees to.
CHAOS_MUTATION names the fault. CHAOS_HURRY shortens the leases that a killed worker leaves behind, in proportion to the
shorter time-out of its calls, so that a run of a minute need not wait for them.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from datetime import timedelta

# --- mutations: for each a module and what to do to it after its import ----------------------------------------------


def no_key(sending):
    """Messages go out without the key that their echo brings back."""
    send = sending.Sending.send
    sending.Sending.send = lambda self, *given, metadata=None, **options: send(self, *given, **options)


def no_lease(lane):
    """Every worker gets past the lease, and sends whatever it finds."""
    lane.Lane._lease = lambda self: True
    lane.Lane._renew_lease = lambda self: True
    lane.Lane._end_lease = lambda self: None


def no_claim(message):
    """Nobody asks whether another worker is sending the message already."""

    def claim(self, persona):
        real(self, persona)
        return True

    real, message.Message._claim = message.Message._claim, claim


def resend_unknown(message):
    """A call without an answer is simply made again."""

    def resend(self, *reason, **more):
        from django.utils import timezone

        return self._postpone(until=timezone.now())

    message.Message._wait_for_evidence = resend


def read_once(arrival):
    """An arrival counts as read before its events were taken in, so what fails is never tried again."""

    def read(self):
        from django.utils import timezone

        type(self).objects.filter(pk=self.pk).update(read_at=timezone.now())
        real(self)
        type(self).objects.filter(pk=self.pk).update(read_at=timezone.now())

    real, arrival.Arrival.read = arrival.Arrival.read, read


def page_face(message):
    """The persona is forgotten in the call."""
    call = message.Message._call

    def faceless(self):
        self.persona = None
        return call(self)

    message.Message._call = faceless


def newest_first(message):
    """The lane begins at its end."""
    pending = message.MessageQuerySet.pending
    message.MessageQuerySet.pending = lambda self: pending(self).order_by("-at", "-pk")


def no_receipts(receiving):
    """What Facebook tells of deliveries is not written down."""
    receiving.Receiving._note_delivery = lambda self, event: None


def no_sweep(conversation):
    """Nobody looks for the replies that a dead worker or an emptied Redis left behind."""
    conversation.ConversationQuerySet.pending = lambda self: self.none()


MUTATIONS = {
    "no-key": ("messenger.calls.sending", no_key),
    "no-lease": ("console.models.lane", no_lease),
    "no-claim": ("console.models.message", no_claim),
    "resend-unknown": ("console.models.message", resend_unknown),
    "read-once": ("console.models.arrival", read_once),
    "page-face": ("console.models.message", page_face),
    "newest-first": ("console.models.message", newest_first),
    "no-receipts": ("console.models.receiving", no_receipts),
    "no-sweep": ("console.models.conversation", no_sweep),
}

# --- hurry -----------------------------------------------------------------------------------------------------------

HURRY = {
    ("console.models.lane", "LEASE"): timedelta(seconds=20),
    ("personas.models.publishing", "CLAIM"): timedelta(seconds=12),
    ("console.models.message", "SETTLE"): timedelta(seconds=float(os.environ.get("SETTLE_SECONDS") or 45)),
}


def _patches():
    """(module, what to do to it)"""
    if mutation := os.environ.get("CHAOS_MUTATION"):
        yield MUTATIONS[mutation]
    if os.environ.get("CHAOS_HURRY"):
        for (module, constant), value in HURRY.items():
            yield module, lambda loaded, constant=constant, value=value: _shorten(loaded, constant, value)


def _shorten(module, constant, value):
    if hasattr(module, constant):
        setattr(module, constant, value)


# --- when ------------------------------------------------------------------------------------------------------------


class Patching(importlib.abc.MetaPathFinder):
    """Lets the others find a module, and patches it once it has been executed."""

    def __init__(self, patches):
        self.patches = patches

    def find_spec(self, name, path=None, target=None):
        wanted = [patch for module, patch in self.patches if module == name]
        spec = importlib.machinery.PathFinder.find_spec(name, path, target) if wanted else None
        if spec:
            spec.loader.exec_module = self._then(spec.loader.exec_module, wanted)
        return spec

    def _then(self, execute, wanted):
        def execute_and_patch(module):
            execute(module)
            for patch in wanted:
                patch(module)

        return execute_and_patch


if patches := list(_patches()):
    sys.meta_path.insert(0, Patching(patches))
