"""The verification of the webhook address, for which Facebook asks once. webhook_endpoint.py receives the webhooks."""

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, HttpResponseForbidden
from django.views.decorators.http import require_GET


@login_not_required
@require_GET
def messenger(request):
    """Answer Facebook's challenge if the verify token is ours."""
    challenge = request.GET.get("hub.challenge", "")
    token = request.GET.get("hub.verify_token", "")
    is_ours = hmac.compare_digest(token.encode(), settings.WEBHOOK_VERIFY_TOKEN.encode())
    # Only digits are sent back, so that no stranger can make this address show a text of their choice.
    if not is_ours or request.GET.get("hub.mode") != "subscribe" or not challenge.isdecimal():
        return HttpResponseForbidden("The verify token is not ours.", content_type="text/plain")
    return HttpResponse(challenge, content_type="text/plain")
