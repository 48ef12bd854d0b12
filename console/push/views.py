"""The devices on which an agent is called: their browsers subscribe themselves, and the agent unsubscribes them."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from console.models import PushSubscription
from console.push.forms import SubscriptionForm
from console.push.post import public_key


def devices_context(request):
    """Return what templates/push/_devices.html shows."""
    devices, session_key = list(request.user.push_subscriptions.all()), request.session.session_key
    for device in devices:
        device.is_this = device.session_id == session_key
    is_subscribed = any(device.is_this for device in devices)
    return {"devices": devices, "is_subscribed": is_subscribed, "is_offered": bool(public_key())}


@require_GET
def key(request):
    """Return the public key with which a browser subscribes."""
    return JsonResponse({"key": _offered_key()})


@require_POST
def subscribe(request):
    _offered_key()
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        sentences = " ".join(sentence for sentences in form.errors.values() for sentence in sentences)
        return HttpResponse(sentences, status=422, content_type="text/plain; charset=utf-8")
    device, session_key = request.session.device, request.session.session_key
    PushSubscription.objects.subscribe(request.user, session_key, device=device, **form.cleaned_data)
    return HttpResponse(status=204)


@require_POST
def renew(request):
    """Answer the public key if this browser still is subscribed by the agent, otherwise 404."""
    offered, endpoint = _offered_key(), request.POST.get("endpoint", "").replace("\0", "")
    if not PushSubscription.objects.renew(request.user, request.session.session_key, endpoint):
        raise Http404
    return JsonResponse({"key": offered})


@require_POST
def unsubscribe(request, pk):
    get_object_or_404(request.user.push_subscriptions, pk=pk).delete()
    return redirect("calls")


@require_GET
@login_not_required
def service_worker(request):
    """Serve the script at the root, because a service worker sees only pages below its own address."""
    response = render(request, "push/service-worker.js", content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _offered_key():
    if not (offered := public_key()):
        raise Http404
    return offered
