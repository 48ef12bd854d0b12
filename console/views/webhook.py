"""Where Facebook tells us what happened: verify the raw bytes, store, say 200, read later."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseForbidden
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from console.models import Arrival
from messenger import events, signature


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def messenger(request):
    return _verify(request) if request.method == "GET" else _receive(request)


def _verify(request):
    """Facebook asks once whether this address is ours, and wants its challenge back."""
    challenge = request.GET.get("hub.challenge", "")
    token = request.GET.get("hub.verify_token", "")
    is_ours = hmac.compare_digest(token.encode(), settings.WEBHOOK_VERIFY_TOKEN.encode())
    # Only digits go back, so that nobody can have this address say what they like.
    if not is_ours or request.GET.get("hub.mode") != "subscribe" or not challenge.isdecimal():
        return HttpResponseForbidden("The verify token is not ours.", content_type="text/plain")
    return HttpResponse(challenge, content_type="text/plain")


def _receive(request):
    body = request.read(settings.MAX_WEBHOOK_BYTES + 1)
    if len(body) > settings.MAX_WEBHOOK_BYTES:
        return HttpResponse("The body is larger than 1 MiB.", status=413, content_type="text/plain")
    if not signature.verify(body, request.headers.get("X-Hub-Signature-256", ""), settings.FACEBOOK_APP_SECRET):
        return HttpResponseForbidden("The signature is not Facebook's.", content_type="text/plain")
    try:
        body.decode()
        events.parse(body)
    except ValueError:
        return HttpResponseBadRequest("This is not a Page's webhook.", content_type="text/plain")
    Arrival.objects.store(body)
    return HttpResponse("EVENT_RECEIVED", content_type="text/plain")
