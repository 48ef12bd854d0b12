"""Block, unblock, report as spam: for agents with the permission."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from console.models import Moderation
from console.moderation.models import MODERATE, Action
from console.views.desk import find


@require_POST
@permission_required(MODERATE, raise_exception=True)
def block(request, pk):
    return _ask(request, pk, Action.BLOCK)


@require_POST
@permission_required(MODERATE, raise_exception=True)
def report_as_spam(request, pk):
    return _ask(request, pk, Action.SPAM)


@require_POST
@permission_required(MODERATE, raise_exception=True)
def unblock(request, pk):
    return _ask(request, pk, Action.UNBLOCK)


def _ask(request, pk, action):
    conversation = find(request, pk)
    Moderation.objects.ask(conversation, request.user, action)
    if request.htmx:
        return render(request, "moderation/_moderation.html", {"conversation": find(request, pk)})
    return redirect("customer", pk=pk)
