"""The page on which an agent checks the device that they use."""

import time

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from console.device_check.checks import checks
from console.models import CallRules
from console.push.post import public_key

MOST_TEST = 40  # characters of the name of a test


@require_GET
def check_device(request):
    volume = CallRules.of(request.user).volume
    found = checks(request.headers.get("User-Agent", ""), is_push_offered=bool(public_key()))
    return render(request, "device_check/index.html", {"checks": found, "volume": volume})


@require_GET
def server_time(request):
    """Return the time of the server in ms, with which the page compares that of the device."""
    return JsonResponse({"now": round(time.time() * 1000)})


@require_POST
def push_test(request):
    """Push a test to the device that asks. Answer 404 if the console does not know it as one of the agent's."""
    endpoint, test = (request.POST.get(name, "").replace("\0", "") for name in ("endpoint", "test"))
    get_object_or_404(request.user.push_subscriptions, endpoint=endpoint).push_test_later(test[:MOST_TEST])
    return HttpResponse(status=204)
