"""Templates: agents write them in a dialog beside a preview. The browser sends one through its outbox, as any reply."""

import json
import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from console.forms import SeenForm
from console.messenger_templates import payloads
from console.messenger_templates.form import SavedTemplateForm
from console.messenger_templates.limits import problems_of
from console.messenger_templates.models import MOST, SavedTemplate
from console.models import Message
from console.scheduled_replies.forms import ScheduledTemplateForm
from console.views.desk import attempt, find
from console.views.messages import send_reply
from console.wording.attachments import in_short
from console.wording.cards import cards_of


@require_http_methods(["GET", "POST"])
def write(request, pk):
    """Show the form, or answer with the template for the browser's outbox.

    A template taken back from there opens the form.
    """
    conversation = find(request, pk)
    if request.method == "GET":
        return render_form(request, conversation, {})
    if "template" in request.POST:
        return render_form(request, conversation, _taken_back(request.POST["template"]))
    template = payloads.from_form(request.POST)
    if problems := problems_of(template):
        return render_form(request, conversation, template, problems)
    return _send(request, conversation, template)


@require_http_methods(["GET", "POST"])
def edit_and_retry(request, pk, message_pk):
    """Edit a template that was not sent, and queue its message again."""
    conversation = find(request, pk)
    message = get_object_or_404(conversation.messages.filter(state=Message.State.FAILED), pk=message_pk)
    before = get_object_or_404(message.attachments, kind="template").payload
    edited = {"failed": message, "kinds": payloads.kinds_of(before)}
    if request.method == "GET":
        return render_form(request, conversation, payloads.cleaned(before), **edited)
    template = payloads.edited(before, request.POST)
    if problems := problems_of(template):
        return render_form(request, conversation, template, problems, **edited)
    seen = SeenForm(request.POST).last_seen()
    if refusal := attempt(conversation.retry, message, request.user, template, seen):
        return render_form(request, conversation, template, [refusal.sentence], **edited)
    if request.htmx:  # an empty answer closes the dialog
        return trigger_client_event(HttpResponse(), f"live-conversation-{conversation.pk}")
    return redirect("conversation", pk=pk)


@require_POST
def preview(request, pk):
    """Render the template that a form describes as the customer will see it, and the reasons why Facebook would refuse
    it.
    """
    find(request, pk)
    template = payloads.from_form(request.POST)
    context = {"cards": cards_of(template), "problems": problems_of(template)}
    return render(request, "messenger_templates/_preview.html", context)


def _taken_back(text):
    try:
        return payloads.cleaned(json.loads(text))
    except (ValueError, RecursionError):
        return {}


def _send(request, conversation, template):
    text = json.dumps(template)
    if request.htmx:
        words = in_short("template", "", template)
        return render(request, "messenger_templates/_send.html", {"template": text, "words": words})
    return send_reply(request, conversation, {**request.POST.dict(), "text": "", "template": text})


def render_form(request, conversation, template, problems=(), **more):
    """Render the form of a template. more: the note about what was just done, and what `template_context` takes."""
    context = template_context(request, conversation, template, problems=problems, **more)
    partial, status = context["partial"], 422 if problems else 200
    answer = render(request, partial if request.htmx else "conversations/form.html", context, status=status)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer


def template_context(request, conversation, template, *, saved=None, save_form=None, **more):
    """Return all that the form of a template shows. saved: under which it is kept, if this agent may change that.

    more: the failed message that is edited, and the kinds that it can be; the form of its moment if it goes out later,
    and the reply that waits for it.
    """
    kind = template.get("template_type", "button")
    return {
        "conversation": conversation,
        "partial": "messenger_templates/_form.html",
        "kinds": payloads.KINDS,
        "button_types": payloads.BUTTONS,
        "kind": kind,
        "template": template,
        "parts": [_with_all_buttons(part) for part in ([template] if kind == "button" else template["elements"])],
        "blank": _with_all_buttons({}),
        "cards": cards_of(template) if template else [],
        "saved": saved,
        "save_form": save_form or SavedTemplateForm(request.user, instance=saved or SavedTemplate()),
        "saved_templates": SavedTemplate.objects.usable(request.user, conversation).for_list(),
        "most": MOST,
        "idempotency_key": uuid.uuid4(),
        "form": ScheduledTemplateForm(),
        **more,
    }


def _with_all_buttons(part):
    """Return a part of a template with as many buttons as Facebook takes, for the rows of the form."""
    buttons = part.get("buttons", [])
    return part | {"buttons": [*buttons, *[{}] * (payloads.MOST_BUTTONS - len(buttons))]}
