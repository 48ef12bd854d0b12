"""The thread: what is new, what is older, and what the agent says."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from console.forms import MessageForm
from console.models import TakenByAnother
from console.views.conversations import find, taken_sentence, thread_context

MOST_CHANGES = 500  # more than this, and the browser starts afresh


@require_GET
def index(request, pk):
    """`?since=REVISION`: what changed after it. `?before=MESSAGE`: the page of the thread before it."""
    conversation = find(request, pk)
    if "before" in request.GET:
        return _older(request, conversation)
    try:
        since = int(request.GET.get("since", 0))
    except ValueError:
        since = 0
    return _changes(request, conversation, since)


@require_POST
def send(request, pk):
    conversation = find(request, pk)
    form = MessageForm(request.POST)
    problem = ""
    if form.is_valid():
        try:
            conversation.send(author=request.user, **form.cleaned_data)
        except TakenByAnother as error:
            problem = taken_sentence(error)
    problem = problem or " ".join(error for errors in form.errors.values() for error in errors)
    if not request.htmx:
        return redirect("conversation", pk=pk)
    answer = render(request, "conversations/_sent.html", {"problem": problem}, status=422 if problem else 200)
    return trigger_client_event(answer, f"live-conversation-{pk}")


@require_POST
def retry(request, pk, message_pk):
    conversation = find(request, pk)
    try:
        conversation.retry(get_object_or_404(conversation.messages, pk=message_pk), request.user)
    except TakenByAnother as error:
        return render(request, "conversations/_sent.html", {"problem": taken_sentence(error)}, status=409)
    if not request.htmx:
        return redirect("conversation", pk=pk)
    return trigger_client_event(render(request, "conversations/_sent.html"), f"live-conversation-{pk}")


def _changes(request, conversation, since):
    """The conversation was read before its messages, so its revision is never ahead of what is shown."""
    changed = conversation.messages.for_thread().filter(revision__gt=since).in_order()[: MOST_CHANGES + 1]
    if len(changed) > MOST_CHANGES:
        return HttpResponseClientRefresh()
    revision = max([conversation.revision, *(message.revision for message in changed)])
    context = {"conversation": conversation, "thread": changed, "revision": revision}
    return render(request, "messages/_thread.html", context | {"is_mine": conversation.is_held_by(request.user)})


def _older(request, conversation):
    pk = request.GET["before"]
    before = get_object_or_404(conversation.messages, pk=pk if pk.isdecimal() else None)
    context = thread_context(request, conversation, before=before)
    template = "messages/_thread.html" if request.htmx else "conversations/older.html"
    return render(request, template, context)
