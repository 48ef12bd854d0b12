"""The conversation changes hands: by one press, or by a short form that asks to whom and with what note."""

from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from console.forms import NoteForm, TransferForm
from console.models import TakenByAnother
from console.views.conversations import change, changed, find, problem_of, taken_sentence


@require_POST
def take(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.take)


@require_POST
def take_over(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.take_over)


@require_POST
def release(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.release)


@require_POST
def close(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.close)


@require_http_methods(["GET", "POST"])
def transfer(request, pk):
    conversation = find(request, pk)
    form = TransferForm(conversation, request.POST if request.method == "POST" else None)

    def verb(to, note):
        conversation.transfer(request.user, note=note, **to)

    return _ask(request, conversation, "transfer", form, verb)


@require_http_methods(["GET", "POST"])
def hand_back(request, pk):
    conversation = find(request, pk)
    form = NoteForm(request.POST if request.method == "POST" else None)

    def verb(note):
        conversation.hand_back(request.user, note)

    return _ask(request, conversation, "hand-back", form, verb)


def _ask(request, conversation, name, form, verb):
    """Show the form, or do what it says. What stands in the way is said in the form, with what was entered."""
    if request.method == "GET":
        return _form(request, conversation, name, form)
    if not form.is_valid():
        return _form(request, conversation, name, form, status=422)
    if problem := problem_of(lambda: verb(**form.cleaned_data)):
        return _form(request, find(request, conversation.pk), name, form, problem, status=409)
    return changed(request, conversation.pk, is_done=True)


def _form(request, conversation, name, form, problem="", status=200):
    if not conversation.is_held_by(request.user):
        problem = problem or taken_sentence(TakenByAnother(conversation))
    partial = f"handovers/_{name}.html"
    context = {
        "conversation": conversation,
        "is_mine": conversation.is_held_by(request.user),
        "receivers": conversation.receivers(),
        "teams": conversation.page.teams.all(),
        "form": form,
        "problem": problem,
        "partial": partial,
    }
    answer = render(request, partial if request.htmx else "handovers/ask.html", context, status=status)
    return reswap(retarget(answer, "#ask"), "innerHTML") if request.htmx else answer
