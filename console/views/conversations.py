"""The desk: the queue on one side, a conversation on the other."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from console.infrastructure import uploads
from console.models import CannotReceive, Conversation, TakenByAnother
from console.views.queue import queue_context

ROWS = 30  # messages on a page of a thread


def index(request):
    return render(request, "conversations/index.html", queue_context(request))


def show(request, pk):
    conversation = find(request, pk)
    if request.htmx and not request.htmx.history_restore_request:
        pane = render(request, "conversations/_conversation.html", thread_context(request, conversation))
        return trigger_client_event(pane, "live-queue")
    return show_page(request, conversation)


def show_page(request, conversation, **more):
    """Render the whole desk with this conversation open."""
    context = thread_context(request, conversation) | queue_context(request, current=conversation.pk) | more
    return render(request, "conversations/show.html", context)


def header(request, pk):
    """Render all that changes with the holder: the conversation's header, its buttons and the composer."""
    conversation = find(request, pk)
    renews_refusal = request.GET.get("refused_by", conversation.holder_key) != conversation.holder_key
    context = pane(request, conversation) | {"renews_refusal": renews_refusal}
    return render(request, "conversations/_holder.html", context)


@require_POST
def confirm_human_agent(request, pk):
    conversation = find(request, pk)
    return change(request, conversation, conversation.confirm_human_agent)


@require_POST
def see(request, pk):
    find(request, pk).see(request.user)
    return HttpResponse(status=204)


@require_POST
def typing(request, pk):
    conversation = find(request, pk)
    if request.POST.get("on") == "1":
        conversation.start_typing(request.user)
    else:
        conversation.stop_typing(request.user)
    return HttpResponse(status=204)


def find(request, pk):
    """Find a conversation that this agent may see, or raise Http404."""
    visible = Conversation.objects.visible_to(request.user).for_queue().with_page()
    return get_object_or_404(visible, pk=pk)


def thread_context(request, conversation, before=None):
    """Return the last page of the thread, or the page before a message, oldest entry first."""
    messages = conversation.messages.for_thread().before(before) if before else conversation.messages.for_thread()
    page = list(messages.in_order().reverse()[: ROWS + 1])
    has_older, page = len(page) > ROWS, page[:ROWS][::-1]
    oldest = page[0] if page else None
    ends = (oldest if has_older else None, before)
    lines = [*conversation.handovers.for_thread().between(*ends), *conversation.activities.between(*ends)]
    thread = sorted([*page, *lines], key=lambda entry: entry.place)
    seen = max((message.pk for message in page), default=0)
    shown = {"thread": thread, "oldest": oldest, "has_older": has_older, "seen": seen}
    return pane(request, conversation) | shown


def pane(request, conversation):
    """Return the context of the header and the composer: the holder, and what this agent may do."""
    is_mine = conversation.is_held_by(request.user)
    return {
        "conversation": conversation,
        "is_mine": is_mine,
        "may_write": is_mine and not conversation.reply_refusal,
        "key": uuid.uuid4(),
        "picture_most": uploads.PICTURE_BYTES,
        "file_most": uploads.FILE_BYTES,
    }


def change(request, conversation, verb):
    """Apply a verb that changes the holder and render the result. An agent who comes too late is told who was first."""
    error = problem_of(lambda: verb(request.user))
    return changed(request, conversation.pk, error=error, status=409 if error else 200)


def changed(request, pk, status=200, **more):
    """Render the conversation as it is now: its header for htmx, else the whole desk, with the problem if any."""
    conversation = find(request, pk)
    if request.htmx:
        context = pane(request, conversation) | {"renews_refusal": True} | more
        return render(request, "conversations/_holder.html", context, status=status)
    if status == 200:
        return redirect("conversation", pk=pk)
    page = show_page(request, conversation, **more)
    page.status_code = status
    return page


def problem_of(verb):
    """Call a verb that changes the holder; return a sentence that says why it was refused, or an empty string."""
    try:
        verb()
    except (TakenByAnother, CannotReceive) as error:
        return error.sentence
    return ""
