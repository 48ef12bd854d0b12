"""The answers to a browser with a selection: the outcome for each conversation, and the form of a verb."""

from django.http import HttpResponse
from django.shortcuts import render

from console.bulk_actions import selection
from console.models import Handover, Moderation
from console.views.desk import attempt
from console.wording import bulk_actions as wording

MOST = 10  # conversations in one request: a browser sends the next ones after its answer
MOST_SELECTED = 200


def apply(request, name, verb, *, seen=False):
    """Apply a verb to each conversation that the request names, and render the outcomes.

    verb: is given a conversation, and its number in the request; with seen, its last message that the agent has seen.
    """
    names = selection.names_in(request.POST)
    if len(names) > MOST:
        return HttpResponse(status=422)
    numbers = selection.last_seen(names) if seen else names
    found = selection.selected(request.user, names)
    undo_address = wording.UNDONE_BY.get(name)
    earlier = EARLIER[undo_address](found) if undo_address in EARLIER else ()
    refusals = {conversation: attempt(verb, conversation, numbers[conversation.pk]) for conversation in found}
    done = [conversation for conversation, refusal in refusals.items() if refusal is None]
    context = {
        "words": wording.DONE[name],
        "done": done,
        "refusals": {conversation: refusal for conversation, refusal in refusals.items() if refusal},
        "missing": range(len(names) - len(found)),
        "undo": undo_address,
        "undoable": UNDOABLE[undo_address](request.user, done, earlier) if undo_address else [],
    }
    return render(request, "bulk_actions/_outcomes.html", context)


def form_for(request, name, **context):
    """Render the form of a verb for the dialog of the desk; with 422 what was sent does not say enough."""
    if len(selection.names_in(request.POST or request.GET)) > MOST_SELECTED:
        return HttpResponse(wording.FULL % {"most": MOST_SELECTED}, status=422)
    status = 422 if request.method == "POST" else 200
    return render(request, f"bulk_actions/_{name}.html", context, status=status)


def _handovers(agent, conversations, _earlier):
    """Return the names of the handovers that the agent can undo, the last of each conversation."""
    made = Handover.objects.undoable_by(agent).filter(conversation__in=conversations).order_by("at", "pk")
    return [f"{pk}-{handover}" for pk, handover in dict(made.values_list("conversation", "pk")).items()]


def _changed(_agent, conversations, earlier):
    """Return the names of those that were not snoozed or blocked before: Undo would take that back too."""
    return [f"{conversation.pk}-0" for conversation in conversations if conversation.pk not in earlier]


def _snoozed(conversations):
    return {conversation.pk for conversation in conversations if conversation.is_snoozed}


def _blocked(conversations):
    blocked = Moderation.objects.blocking().filter(customer__conversation__in=conversations)
    return set(blocked.values_list("customer__conversation", flat=True))


UNDOABLE = {"bulk-undo": _handovers, "bulk-end-snooze": _changed, "bulk-unblock": _changed}  # the names to post there
EARLIER = {"bulk-end-snooze": _snoozed, "bulk-unblock": _blocked}  # the keys of those that Undo leaves alone
