"""Scheduled replies: agents write them in a dialog; authors edit, send or delete them in the thread."""

import uuid
from contextlib import suppress
from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from console.forms import SeenForm
from console.messenger_templates.views import template_context
from console.models import ScheduledReply
from console.scheduled_replies.forms import MomentForm, ScheduledReplyForm, ScheduledTemplateForm
from console.views.desk import attempt, find, opened, show_page
from console.wording.moments import moment_of

FORM = "scheduled_replies/_form.html"
CHOICES = [("in 1 hour", _("In 1 hour")), ("tomorrow 9:00", _("Tomorrow 9:00")), ("monday 9:00", _("Monday 9:00"))]


@require_http_methods(["GET", "POST"])
def send_later(request, pk):
    conversation = find(request, pk)
    save = partial(ScheduledReply.objects.send_later, conversation, request.user, idempotency_key=_key(request))
    return _form_or_save(request, conversation, save)


@require_GET
def preview(request, pk):
    """Render the moment that the words of a form name, and whether a reply can be sent then."""
    conversation, form = find(request, pk), MomentForm(request.GET)
    with timezone.override(form.zone):
        if not form.is_valid():
            return render(request, "scheduled_replies/_moment.html", {"problem": form.errors["when"][0]})
        at = form.cleaned_data["when"]
        refusal = attempt(conversation.check_window_at, at)
        return render(request, "scheduled_replies/_moment.html", {"at": at, "problem": refusal and refusal.sentence})


@require_GET
def choices(request, pk):
    """Render a choice of moments at which a reply can be sent, and the end of the messaging window."""
    conversation, zone = find(request, pk), MomentForm(request.GET).zone
    with timezone.override(zone):
        possible = [
            choice for choice in CHOICES if not attempt(conversation.check_window_at, moment_of(choice[0], zone))
        ]
        until = conversation.answerable_until if len(possible) < len(CHOICES) else None
        return render(request, "scheduled_replies/_choices.html", {"choices": possible, "until": until})


@require_http_methods(["GET", "POST"])
def edit(request, pk, reply_pk):
    conversation, reply = _find_own(request, pk, reply_pk)
    return _form_or_save(request, conversation, reply.edit, reply)


@require_GET
def open_conversation(request, pk, reply_pk):
    """Open the conversation, for the author with the form of the reply, which may have been sent meanwhile."""
    conversation = find(request, pk)
    reply = conversation.scheduled_replies.written_by(request.user).filter(pk=reply_pk).first()
    if not reply:
        return opened(request, pk)
    if not request.htmx:
        return redirect("edit-scheduled-reply", pk=pk, reply_pk=reply_pk)
    form = _form_of(request, reply)(initial=_initial(reply), reply=reply)
    context = _form_context(request, conversation, form, reply)
    return opened(request, pk, dialog_form=context["partial"], **context)


@require_POST
def send_now(request, pk, reply_pk):
    conversation, reply = _find_own(request, pk, reply_pk)
    seen = SeenForm(request.POST).last_seen()
    return _answer(request, conversation, attempt(reply.send_now, seen=seen))


@require_POST
def delete(request, pk, reply_pk):
    conversation = find(request, pk)
    reply = get_object_or_404(conversation.scheduled_replies, pk=reply_pk)
    if not reply.may_be_discarded_by(request.user):
        raise Http404
    return _answer(request, conversation, attempt(reply.discard))


def _find_own(request, pk, reply_pk):
    conversation = find(request, pk)
    return conversation, get_object_or_404(conversation.scheduled_replies.filter(author=request.user), pk=reply_pk)


def _key(request):
    """Return the idempotency key of a form that a browser sends again because it got no answer; or a new one."""
    with suppress(ValueError):
        return uuid.UUID(request.POST.get("idempotency_key", ""))
    return uuid.uuid4()


def _form_or_save(request, conversation, save, reply=None):
    """Show the form, or save it. In the dialog of a conversation, an empty answer closes the dialog."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = _form_of(request, reply)(*given, initial=_initial(reply), reply=reply)
    with timezone.override(form.zone):
        if gone := reply and attempt(reply.check_there):
            return _form(request, conversation, form, reply, 409, gone)
        if not form.is_valid():
            return _form(request, conversation, form, reply, 422 if form.is_bound else 200)
        if refusal := attempt(save, **(form.edited() if reply else form.reply())):
            return _form(request, conversation, form, reply, 409, refusal)
    answer = _answer(request, conversation)
    return trigger_client_event(answer, "reply-scheduled") if request.htmx and not reply else answer


def _form_of(request, reply):
    """Return the form with the content of the reply, or of the request."""
    is_template = reply.template if reply else "kind" in request.POST
    return ScheduledTemplateForm if is_template else ScheduledReplyForm


def _initial(reply):
    names = ("text", "quick_replies", "is_for_silence")
    when = reply and f"{timezone.localtime(reply.at):%Y-%m-%d %H:%M}"  # scripts put it into their own zone
    return reply and {name: getattr(reply, name) for name in names} | {"when": when}


def _form(request, conversation, form, reply, status, refusal=None):
    context = _form_context(request, conversation, form, reply, refusal)
    partial = context["partial"] if request.htmx else "conversations/form.html"
    answer = render(request, partial, context, status=status)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer


def _form_context(request, conversation, form, reply, refusal=None):
    later = {"form": form, "reply": reply, "refusal": refusal, "idempotency_key": _key(request)}
    if isinstance(form, ScheduledTemplateForm):
        return template_context(request, conversation, form.template, **later)
    return {"conversation": conversation, "partial": FORM} | later


def _answer(request, conversation, refusal=None):
    """Answer a request of the desk. Its own tab then asks for the reply, as every other tab does."""
    if request.htmx:
        sentence = refusal.sentence if refusal else ""
        answer = HttpResponse(sentence, status=409 if refusal else 200, content_type="text/plain")
        return trigger_client_event(answer, f"live-conversation-{conversation.pk}")
    if refusal:
        return show_page(request, conversation, status=409, refusal=refusal)
    return redirect("conversation", pk=conversation.pk)
