"""Reactions of agents to messages of the customer."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.forms import ReactionForm
from console.models import Reaction
from console.views.desk import attempt, find


@require_POST
def react(request, pk, message_pk):
    conversation, form = find(request, pk), ReactionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    return _answer(attempt(Reaction.objects.react, request.user, conversation, message_pk, **form.cleaned_data))


@require_POST
def unreact(request, pk, message_pk):
    return _answer(attempt(Reaction.objects.unreact, request.user, find(request, pk), message_pk))


def _answer(refusal):
    """Answer with the refusal, if any. All tabs show the reaction in the thread by a live update."""
    if refusal:
        return HttpResponse(refusal.sentence, status=409, content_type="text/plain")
    return HttpResponse(status=204)
