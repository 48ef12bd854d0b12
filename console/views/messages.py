"""The thread: its new and its older entries, and the replies of the agent."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from console.forms import MessageForm, SeenForm
from console.live import publish_watch
from console.models import Draft
from console.models.message.message import find_quotes
from console.views.desk import WITH_HEADLINE, WITH_PAGE, attempt, find, show_page, thread_context, timelines

MOST_DIGITS = 19  # of a primary key
MOST_CHANGES = 500  # more than this, and the browser starts afresh


@require_GET
def index(request, pk):
    """Render the entries that changed after `?since=REVISION`, or the page of the thread before `?before=MESSAGE`."""
    if "before" in request.GET:
        return _older(request, find(request, pk))
    conversation = find(request, pk, WITH_HEADLINE)
    publish_watch(request.headers.get("X-Stream", ""), conversation)
    try:
        since = int(request.GET.get("since", 0))
    except ValueError:
        since = 0
    return _changes(request, conversation, since)


@require_POST
def send(request, pk):
    conversation = find(request, pk, WITH_PAGE)
    if request.POST.get("agent", str(request.user.pk)) != str(request.user.pk):
        return _answer(request, conversation, 409, _("Not sent: somebody else was logged in when this was written."))
    return send_reply(request, conversation, request.POST)


def send_reply(request, conversation, given):
    """Send the agent's reply, or answer with the sentence that says why that is not possible."""
    form, text = MessageForm(given, request.FILES), given.get("text", "")
    if not form.is_valid():
        problem = " ".join(sentence for sentences in form.errors.values() for sentence in sentences)
        return _answer(request, conversation, 422, problem, text)
    refusal = attempt(conversation.send, request.user, **form.cleaned_data)
    if refusal is None:
        Draft.objects.discard_sent(request.user, conversation, text)
    return _answer_verb(request, conversation, refusal, text)


@require_POST
def retry(request, pk, message_pk):
    conversation = find(request, pk)
    message = get_object_or_404(conversation.messages, pk=message_pk)
    seen = SeenForm(request.POST).last_seen()
    return _answer_verb(request, conversation, attempt(conversation.retry, message, request.user, seen=seen))


def _answer_verb(request, conversation, refusal, text=""):
    """Answer a Send or a Retry. The status is 422 if a value is invalid, 409 if nothing can be sent now."""
    if refusal is None:
        return _answer(request, conversation)
    status = 422 if refusal.field else 409
    return _answer(request, conversation, status, refusal.sentence, text, newest=refusal.newest)


def _answer(request, conversation, status=200, problem="", text="", newest=None):
    """Answer with the problem, if any. The agent's own tab then asks for the message, as every other tab does.

    newest: the message after which the reply can be sent anyway, if unseen messages are the problem.
    """
    if request.htmx:
        headers = {"X-Newest": newest} if newest else {}
        answer = HttpResponse(problem, status=status, content_type="text/plain", headers=headers)
        return trigger_client_event(answer, f"live-conversation-{conversation.pk}")
    if problem:
        return show_page(request, conversation, status=status, problem=problem, text=text)
    return redirect("conversation", pk=conversation.pk)


def _changes(request, conversation, since):
    """Render the entries that changed after this revision.

    The conversation was read before its messages, so its revision is never ahead of the entries shown.
    """
    has_changed = since < conversation.revision
    changed = list(conversation.messages.for_thread().since(since)[: MOST_CHANGES + 1]) if has_changed else []
    if len(changed) > MOST_CHANGES:
        return HttpResponseClientRefresh()
    if has_changed:
        find_quotes(changed)
        changed += [line for rows in timelines(conversation, since) for line in rows.since(since)]
    context = {
        "conversation": conversation,
        "thread": sorted(changed, key=lambda entry: entry.place),
        "revision": conversation.revision,
    }
    return render(request, "messages/_thread.html", context)


def _older(request, conversation):
    pk = request.GET["before"]
    before = get_object_or_404(conversation.messages, pk=pk if pk.isdecimal() and len(pk) <= MOST_DIGITS else None)
    context = thread_context(request, conversation, before=before)
    template = "messages/_thread.html" if request.htmx else "conversations/older.html"
    return render(request, template, context)
