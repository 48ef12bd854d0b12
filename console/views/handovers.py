"""Changes of holder, by a button or by a short form that asks for the receiver and a note."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from console.forms import HandBackForm, SeenForm, TransferForm
from console.models import Conversation, TakenByAnother
from console.queue.viewers import rights_of
from console.views.desk import attempt, change, changed, find, opened


@require_POST
def take(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.take)


@require_POST
def take_over(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.take_over)


@require_POST
def reopen(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.reopen)


@require_POST
def return_to_queue(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.return_to_queue)


@require_POST
def close(request, pk):
    conversation, seen = find(request, pk), SeenForm(request.POST).last_seen()
    can_undo = bool(request.htmx)
    refusal = attempt(conversation.close, request.user, seen=seen, can_undo=can_undo)
    return changed(request, pk, refusal) if refusal else _let_go(request, conversation)


@require_http_methods(["GET", "POST"])
def transfer(request, pk):
    conversation = find(request, pk)
    form = TransferForm(conversation, request.POST if request.method == "POST" else None)
    return _form_or_change(request, conversation, "transfer", form, conversation.transfer)


@require_http_methods(["GET", "POST"])
def hand_back(request, pk):
    conversation = find(request, pk)
    form = HandBackForm(request.POST if request.method == "POST" else None)
    return _form_or_change(request, conversation, "hand-back", form, conversation.hand_back)


def _form_or_change(request, conversation, name, form, verb):
    """Show the form, or apply it. A refusal is shown in the form, which keeps the values that were entered."""
    if request.method == "GET":
        return _form(request, conversation, name, form)
    if not form.is_valid():
        return _form(request, conversation, name, form, status=422)
    if refusal := attempt(verb, request.user, **form.cleaned_data, can_undo=bool(request.htmx)):
        return _form(request, find(request, conversation.pk), name, form, refusal, status=409)
    return _let_go(request, conversation)


def _let_go(request, conversation):
    """Render a conversation that the agent has just let go of, and offer Undo, for which a browser needs scripts."""
    undoable = conversation.handovers.undoable_by(request.user).for_thread().in_order().last()
    following = following_address(request, conversation)
    return changed(request, conversation.pk, is_done=True, undoable=undoable, following=following)


def following_address(request, conversation):
    """Return the address of the agent's next conversation, or of the home page if nobody waits; "" to stay."""
    if not (request.htmx and request.user.opens_next):
        return ""
    rights, _moment = rights_of(request)
    following = Conversation.objects.exclude(pk=conversation.pk).next_for(request.user, rights.teams)
    return reverse("conversation", args=[following.pk]) if following else reverse("conversations")


@require_POST
def undo(request, pk, handover_pk):
    conversation = find(request, pk)
    handover = get_object_or_404(conversation.handovers.undoable_by(request.user), pk=handover_pk)
    refusal = attempt(conversation.undo, request.user, handover)
    if refusal is None:
        return opened(request, pk)
    context = {"conversation": conversation, "handover": handover, "refusal": refusal}
    answer = render(request, "handovers/_undo-refused.html", context, status=409)
    return reswap(retarget(answer, f"#undo-{handover.pk}"), "innerHTML")


def _form(request, conversation, name, form, refusal=None, status=200):
    partial = f"handovers/_{name}.html"
    may = conversation.may_be_transferred_by if name == "transfer" else conversation.is_held_by
    is_possible = may(request.user)
    if not is_possible:
        refusal = refusal or TakenByAnother(conversation)
    context = {
        "conversation": conversation,
        "is_possible": is_possible,
        "transfer_targets": conversation.transfer_targets(),
        "teams": conversation.page.teams.all(),
        "form": form,
        "seen": _seen(request, form, refusal),
        "refusal": refusal,
        "partial": partial,
    }
    answer = render(request, partial if request.htmx else "conversations/form.html", context, status=status)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer


def _seen(request, form, refusal):
    """Return the last message that counts as seen when the form is sent: after a refusal, the message that it named."""
    if "seen" not in form.fields:
        return None
    return (refusal and refusal.newest) or form["seen"].value() or request.GET.get("seen")
