"""The home of the desk, beside the queue while no conversation is open: how many wait, and the button Take next."""

from django.shortcuts import render
from django.views.decorators.http import require_POST

from console.models import Conversation
from console.queue.viewers import rights_of
from console.views.desk import opened, outcome_of
from console.views.queue import queue_context


def index(request):
    return _home(request)


@require_POST
def take_next(request):
    rights, _moment = rights_of(request)
    conversation, refusal = outcome_of(Conversation.objects.take_next, request.user, rights.teams)
    return opened(request, conversation.pk) if conversation else _home(request, refusal, status=409)


def _home(request, refusal=None, status=200):
    queue = queue_context(request)
    sections = {section.name: section for section in queue["sections"]}
    own = next((row for row in sections["mine"].rows if row.waiting_since), None)
    home = {"waiting": sections["waiting"], "mine": sections["mine"], "own": own, "refusal": refusal}
    is_part = request.htmx and not request.htmx.history_restore_request
    template = "conversations/_home.html" if is_part else "conversations/index.html"
    return render(request, template, queue | home, status=status)
