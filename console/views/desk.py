"""The desk: find, show and change a conversation. Every view of a conversation builds on this."""

import uuid

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import push_url, trigger_client_event

from agents.compiled import Compiled, Given, GivenList
from console.forms import MOST_PRIVATE_NOTE, MOST_TEXT
from console.infrastructure import uploads
from console.models import Conversation, Draft, Message, Refused
from console.models.conversation.revision import open_pages
from console.models.message.message import find_quotes
from console.models.message.reaction import EMOJIS
from console.models.timeline import kinds_after
from console.views.composer import Composer
from console.views.queue import queue_context
from console.wording import canned_variables, handovers, holders, pages, verbs
from messenger.limits import LIMITS

FIRST_PAGE, OLDER_PAGE = 20, 30  # messages that a thread opens with, and that come as one scrolls up
COMPOSER_LIMITS = {
    "message": LIMITS["text"].most,
    "reply": MOST_TEXT,
    "note": MOST_PRIVATE_NOTE,
    "quick_replies": LIMITS["quick_replies"].most,
    "quick_reply": LIMITS["quick_reply_title"].most,
    "picture_bytes": uploads.PICTURE_BYTES,
    "file_bytes": uploads.FILE_BYTES,
}


# Find: most requests begin so, and their queries are compiled once


def _found():
    return Conversation.objects.filter(pk=Given("pk"), page__pk__any=GivenList("pages"))


IN_FULL = Compiled(lambda: _found().in_full())
WITH_HEADLINE = Compiled(lambda: _found().with_headline())
WITH_PAGE = Compiled(lambda: _found().with_page())


def find(request, pk, query=IN_FULL):
    """Find a conversation that this agent may see, or raise Http404."""
    for conversation in query(pk=pk, pages=[page.pk for page in open_pages(request.user)]):
        return conversation
    raise Http404


# Show


def show_page(request, conversation, status=200, **more):
    """Render the whole desk with this conversation open."""
    context = thread_context(request, conversation) | queue_context(request, current=conversation.pk) | more
    return render(request, "conversations/show.html", context, status=status)


def thread_context(request, conversation, before=None):
    """Return the context of the last page of the thread, or of the page before a message, the oldest entry first."""
    size = OLDER_PAGE if before else FIRST_PAGE
    page = list(_page(conversation.messages.before(before), size)) if before else LAST_MESSAGES(pk=conversation.pk)
    for message in page:
        message.conversation = conversation
    has_older, page = len(page) > size, page[:size][::-1]
    find_quotes(page)
    oldest = page[0] if page else None
    ends = (oldest if has_older else None, before)
    lines = [line for rows in timelines(conversation) for line in rows.between(*ends)]
    thread = sorted([*page, *lines], key=lambda entry: entry.place)
    seen = max((message.pk for message in page), default=0)
    draft = Draft.objects.of(request.user, conversation)
    shown = {"thread": thread, "oldest": oldest, "has_older": has_older, "seen": seen, "draft": draft}
    return holder_context(request, conversation) | shown


def _page(messages, size):
    return messages.for_thread().in_order().reverse()[: size + 1]


LAST_MESSAGES = Compiled(lambda: _page(Message.objects.filter(conversation=Given("pk")), FIRST_PAGE))


def timelines(conversation, since=-1):
    """Return a queryset for each kind of lines between messages that the thread has after the revision."""
    lines = [conversation.handovers.for_thread, conversation.activities.all, conversation.notes.for_thread]
    kinds = [*lines, conversation.scheduled_replies.for_thread]
    found = kinds_after(conversation.pk, since)
    return [rows() for rows, is_there in zip(kinds, found, strict=True) if is_there]


def holder_context(request, conversation):
    """Return the context of the parts that change with the holder: the header, the verbs and the composer."""
    agent = request.user
    return {
        "conversation": conversation,
        "is_mine": conversation.is_held_by(agent),
        "holder": holders.in_header(conversation, agent),
        "reason": handovers.in_header(conversation, agent),
        "page_problem": pages.problem(conversation.page),
        "may_transfer": conversation.may_be_transferred_by(agent),
        "main_verb": verbs.main_verb(conversation, agent),
        "composer": Composer.of(conversation, agent),
        "limits": COMPOSER_LIMITS,
        "reactions": EMOJIS,
        "canned": canned_variables.for_composer(conversation, agent),
        "idempotency_key": uuid.uuid4(),
    }


def opened(request, pk, **more):
    """Open a conversation in the desk that asked for something else. more: the form that is open in its dialog."""
    if not request.htmx:
        return redirect("conversation", pk=pk)
    context = thread_context(request, find(request, pk)) | more
    answer = render(request, "conversations/_conversation.html", context)
    return push_url(answer, reverse("conversation", args=[pk]))


# Change


def attempt(verb, *arguments, **options):
    """Call a verb; return its refusal, or None if it succeeded."""
    return outcome_of(verb, *arguments, **options)[1]


def outcome_of(verb, *arguments, **options):
    """Call a verb; return its result and None, or None and its refusal."""
    try:
        return verb(*arguments, **options), None
    except Refused as refusal:
        return None, refusal


def change(request, conversation, verb, **options):
    """Apply a verb of this agent's, and render the conversation as it is then."""
    return changed(request, conversation.pk, attempt(verb, request.user, **options))


def changed(request, pk, refusal=None, **more):
    """Render the current conversation: its header for htmx, else the whole desk, with the refusal if any."""
    conversation, status = find(request, pk), 409 if refusal else 200
    if request.htmx:
        context = holder_context(request, conversation) | {"renews_refusal": True, "refusal": refusal} | more
        answer = render(request, "conversations/_holder.html", context, status=status)
        return _lead_to_missing(answer, refusal) if refusal else answer
    if refusal:
        return show_page(request, conversation, status=status, refusal=refusal)
    return redirect("conversation", pk=pk)


def _lead_to_missing(answer, refusal):
    """Have the browser open the panel at the missing custom field, if that is why the verb was refused."""
    return trigger_client_event(answer, "missing-field", {"field": refusal.missing.pk}) if refusal.missing else answer
