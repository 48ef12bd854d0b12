"""Snooze a conversation by a short form, and end the snooze by a button."""

from functools import partial

from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from console.models import Snooze, TakenByAnother
from console.snoozes.forms import SnoozeForm
from console.views.desk import attempt, change, changed, find, opened
from console.views.handovers import following_address

FORM = "snoozes/_form.html"
CHOICES = [
    ("in 1 hour", _("In 1 hour")),
    ("in 3 hours", _("In 3 hours")),
    ("tomorrow 9:00", _("Tomorrow 9:00")),
    ("monday 9:00", _("Monday 9:00")),
    ("when 2 h of the window are left", _("2 h before the window closes")),
]


@require_http_methods(["GET", "POST"])
def snooze(request, pk):
    conversation = find(request, pk)
    form = SnoozeForm(conversation, request.POST if request.method == "POST" else None)
    with timezone.override(form.zone):
        if not form.is_valid():
            return _form(request, conversation, form, 422 if form.is_bound else 200)
        until, seen = form.cleaned_data["when"], form.cleaned_data["seen"]
        if refusal := attempt(Snooze.objects.snooze, conversation, request.user, until, seen):
            return _form(request, find(request, pk), form, 409, refusal)
        following = following_address(request, conversation)
        return changed(request, pk, is_done=True, snoozed=conversation, until=until, following=following)


@require_GET
def preview(request, pk):
    """Render the moment that the words of a form name, and whether the messaging window is shut by then."""
    conversation = find(request, pk)
    form = SnoozeForm(conversation, request.GET)
    with timezone.override(form.zone):
        return render(request, "snoozes/_moment.html", {"conversation": conversation, "form": form})


@require_POST
def end_snooze(request, pk):
    conversation = find(request, pk)
    end = partial(Snooze.objects.end_snooze, conversation)
    if "opens" in request.POST:  # the offer to undo it, which may stand beside another conversation
        return opened(request, pk, refusal=attempt(end, request.user))
    return change(request, conversation, end)


def _form(request, conversation, form, status, refusal=None):
    is_mine = conversation.is_held_by(request.user)
    context = {
        "conversation": conversation,
        "is_possible": is_mine,
        "form": form,
        "choices": CHOICES,
        "seen": (refusal and refusal.newest) or form["seen"].value() or request.GET.get("seen"),
        "refusal": refusal if is_mine else refusal or TakenByAnother(conversation),
        "partial": FORM,
    }
    answer = render(request, FORM if request.htmx else "conversations/form.html", context, status=status)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer
