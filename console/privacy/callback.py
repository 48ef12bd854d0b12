"""Facebook's data-deletion callback, and the page that shows a customer how far the deletion is."""

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from agents.throttle import client_address
from console.infrastructure import rate_limit
from console.models import DeletionRequest
from messenger import signed_request

RATE = ("deletions", 2)  # pages a second, of one client
BURST = 30  # s: so long may a client have to wait for a page by this rate
SENTENCES = {
    DeletionRequest.State.OPEN: gettext_lazy(
        "We have received your request, and somebody here looks at it. Facebook gave us an id by which we cannot find "
        "you: please also write to the Page with which you had the conversation, and ask it to delete your messages."
    ),
    DeletionRequest.State.ERASING: gettext_lazy("We have received your request. Your messages are being deleted now."),
    DeletionRequest.State.DONE: gettext_lazy("Done: what was stored of you here is deleted."),
}

logger = logging.getLogger(__name__)


@csrf_exempt
@login_not_required
@require_POST
def receive_deletion(request):
    """Receive a request that Facebook has signed; answer where its state is shown."""
    signed = request.POST.get("signed_request", "")
    try:
        user_id = signed_request.read(signed, settings.FACEBOOK_APP_SECRET)
    except ValueError as error:
        logger.warning("A deletion request came that FACEBOOK_APP_SECRET has not signed")
        return HttpResponse(str(error), status=403, content_type="text/plain")
    found = DeletionRequest.objects.receive(signed, user_id)
    return JsonResponse({"url": found.address, "confirmation_code": found.code})


@login_not_required
@require_safe
@never_cache
def deletion(request, code):
    """Show how far the deletion with this code is, to whoever has the code."""
    if rate_limit.reserve(f"deletion-{client_address(request)}", RATE, within=BURST) > BURST:
        return _page(request, _("You have asked often. Wait a minute, and try again."), status=429)
    found = DeletionRequest.objects.prefetch_related("erasures").filter(code=code).first()
    if found is None:
        return _page(request, _("There is no request with this code. Check the address."), status=404)
    return _page(request, SENTENCES[found.state], found)


def _page(request, sentence, found=None, status=200):
    return render(request, "privacy/deletion.html", {"sentence": sentence, "request_found": found}, status=status)
