"""The page on which agents say why they are away, and see who else is. Some may say it of colleagues."""

from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from agents.absence import BACK_IN, AwayForm, Reason
from agents.models import Agent
from console.colleagues.finding import colleagues_of
from console.views.queue import number

SET_PRESENCE = "agents.set_presence"  # the permission
PAGE = 100  # colleagues
REASONS = [(reason.value, reason.label) for reason in Reason if reason != Reason.BACK_SOON]


@require_GET
def colleagues(request):
    after = number(request, "after")
    found = list(colleagues_of(request.user).order_by("-is_present", *Agent._meta.ordering)[after : after + PAGE + 1])
    may_set = request.user.has_perm(SET_PRESENCE)
    context = {"colleagues": found[:PAGE], "may_set": may_set, "reasons": REASONS, "back_in": BACK_IN}
    context |= {"before": max(0, after - PAGE) if after else None, "next": after + PAGE if found[PAGE:] else None}
    return render(request, "colleagues/index.html", context)


@require_POST
@permission_required(SET_PRESENCE, raise_exception=True)
def set_away(request, pk):
    """Say of a colleague that they are away."""
    colleague, form = get_object_or_404(colleagues_of(request.user), pk=pk), AwayForm(request.POST)
    if form.is_valid():
        colleague.go_away(**form.cleaned_data, by=request.user)
    return redirect("colleagues")
