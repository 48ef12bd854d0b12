"""The thread: its new and its older entries, and the replies of the agent."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from console.forms import MessageForm
from console.models import KeyInUse, TakenByAnother, WindowClosed
from console.views.conversations import find, show_page, thread_context

MOST_DIGITS = 19  # of a primary key
MOST_CHANGES = 500  # more than this, and the browser starts afresh


@require_GET
def index(request, pk):
    """Render the entries that changed after `?since=REVISION`, or the page of the thread before `?before=MESSAGE`."""
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
    if request.POST.get("agent", str(request.user.pk)) != str(request.user.pk):
        return _said(request, conversation, _("Not sent: somebody else was logged in when this was written."))
    form = MessageForm(request.POST, request.FILES)
    error = _problem(lambda: form.is_valid() and _say(conversation, request.user, form))
    wrong = " ".join(error for errors in form.errors.values() for error in errors)
    return _said(request, conversation, error, wrong, text=form["text"].value() or "")


@require_POST
def retry(request, pk, message_pk):
    conversation = find(request, pk)
    message = get_object_or_404(conversation.messages, pk=message_pk)
    return _said(request, conversation, _problem(lambda: conversation.retry(message, request.user)))


def _say(conversation, agent, form):
    try:
        conversation.send(author=agent, **form.cleaned_data)
    except KeyInUse as error:
        form.add_error("key", str(error))


def _problem(verb):
    """Call a verb; return a sentence that says why it was refused, or an empty string."""
    try:
        verb()
    except (TakenByAnother, WindowClosed) as error:
        return error.sentence
    return ""


def _said(request, conversation, error, wrong="", text=""):
    """Answer a Send or a Retry. The agent's own tab gets the message as every other tab does: it asks what changed.

    The status is 409 for a refusal that ends with another holder or a new window, and 422 for a reply that is invalid.
    """
    status = 409 if error else 422 if wrong else 200
    error = error or wrong
    if request.htmx:
        answer = HttpResponse(error, status=status, content_type="text/plain")
        return trigger_client_event(answer, f"live-conversation-{conversation.pk}")
    if error:
        page = show_page(request, conversation, refusal=error, text=text)
        page.status_code = status
        return page
    return redirect("conversation", pk=conversation.pk)


def _changes(request, conversation, since):
    """Render the entries that changed after this revision.

    The conversation was read before its messages, so its revision is never ahead of the entries shown.
    """
    changed = list(conversation.messages.for_thread().since(since)[: MOST_CHANGES + 1])
    if len(changed) > MOST_CHANGES:
        return HttpResponseClientRefresh()
    changed += [*conversation.handovers.for_thread().since(since), *conversation.activities.since(since)]
    revision = max([conversation.revision, *(entry.revision for entry in changed)])
    context = {
        "conversation": conversation,
        "thread": sorted(changed, key=lambda entry: entry.place),
        "revision": revision,
    }
    return render(request, "messages/_thread.html", context)


def _older(request, conversation):
    pk = request.GET["before"]
    before = get_object_or_404(conversation.messages, pk=pk if pk.isdecimal() and len(pk) <= MOST_DIGITS else None)
    context = thread_context(request, conversation, before=before)
    template = "messages/_thread.html" if request.htmx else "conversations/older.html"
    return render(request, template, context)
