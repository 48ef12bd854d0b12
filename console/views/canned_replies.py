"""Canned replies: the list that the composer searches in."""

import hashlib
import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_GET

from console.models import CannedReply
from console.wording import canned_variables
from personas.models import Page


def for_composer(conversation, agent):
    """Return what the composer needs to fill in variables, as JSON."""
    gaps = [str(gap) for gap in canned_variables.GAPS.values()]
    return {"values": json.dumps(canned_variables.values(conversation, agent)), "gaps": json.dumps(gaps)}


@require_GET
def of_page(request, pk):
    """Answer with all that this agent may use in conversations of the Page. A browser that has them gets a 304."""
    page = get_object_or_404(Page.objects.open_to(request.user).defer("token"), pk=pk)
    replies = CannedReply.objects.visible_to(request.user).on(page)
    body = json.dumps(list(replies.values("shortcut", "folder", "text")))
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()}"'
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"], response["ETag"] = "private, no-cache", etag
    return get_conditional_response(request, etag=etag, response=response)
