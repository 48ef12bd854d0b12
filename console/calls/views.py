"""The page on which agents choose how they are called: their rules, and their devices."""

from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from console.calls.forms import CallRulesForm
from console.digests.views import digest_context
from console.models import CallRules
from console.push.views import devices_context


@require_http_methods(["GET", "POST"])
def calls(request):
    form = CallRulesForm(request.POST or None, instance=CallRules.of(request.user))
    if form.is_valid():
        form.save()
        return redirect("calls")
    status = 422 if form.is_bound else 200
    return render(
        request, "calls/index.html", {"form": form} | devices_context(request) | digest_context(request), status=status
    )
