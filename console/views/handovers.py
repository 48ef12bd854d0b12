"""Changes of holder: by one press of a button, or by a short form that asks for the receiver and a note."""

from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from console.forms import HandBackForm, SeenForm, TransferForm
from console.models import TakenByAnother, UnseenMessages
from console.views.conversations import change, changed, find, problem_of


@require_POST
def take(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.take)


@require_POST
def reopen(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.reopen)


@require_POST
def take_over(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.take_over)


@require_POST
def return_to_queue(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.return_to_queue)


@require_POST
def close(request, pk):
    conversation, seen = find(request, pk), SeenForm(request.POST).last_seen()
    try:
        return change(request, conversation, lambda agent: conversation.close(agent, seen))
    except UnseenMessages as more:
        return changed(request, pk, status=409, error=str(more), anyway="close", newest=more.newest)


@require_http_methods(["GET", "POST"])
def transfer(request, pk):
    conversation = find(request, pk)
    form = TransferForm(conversation, request.POST if request.method == "POST" else None)

    def verb(to, note):
        conversation.transfer(request.user, note=note, **to)

    return _form_or_change(request, conversation, "transfer", form, verb)


@require_http_methods(["GET", "POST"])
def hand_back(request, pk):
    conversation = find(request, pk)
    form = HandBackForm(request.POST if request.method == "POST" else None)

    def verb(note, seen):
        conversation.hand_back(request.user, note, seen=seen)

    try:
        return _form_or_change(request, conversation, "hand-back", form, verb)
    except UnseenMessages as more:
        return _form(request, conversation, "hand-back", form, str(more), status=409, newest=more.newest)


def _form_or_change(request, conversation, name, form, verb):
    """Show the form, or apply it. A refusal is shown in the form, which keeps the values that were entered."""
    if request.method == "GET":
        return _form(request, conversation, name, form)
    if not form.is_valid():
        return _form(request, conversation, name, form, status=422)
    if error := problem_of(lambda: verb(**form.cleaned_data)):
        return _form(request, find(request, conversation.pk), name, form, error, status=409)
    return changed(request, conversation.pk, is_done=True)


def _form(request, conversation, name, form, error="", status=200, newest=None):
    if not conversation.is_held_by(request.user):
        error = error or TakenByAnother(conversation).sentence
    partial = f"handovers/_{name}.html"
    context = {
        "conversation": conversation,
        "is_mine": conversation.is_held_by(request.user),
        "transfer_targets": conversation.transfer_targets(),
        "teams": conversation.page.teams.all(),
        "form": form,
        "seen": newest or form["seen"].value() or request.GET.get("seen") if "seen" in form.fields else None,
        "is_anyway": newest is not None,
        "error": error,
        "partial": partial,
    }
    answer = render(request, partial if request.htmx else "handovers/form.html", context, status=status)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer
