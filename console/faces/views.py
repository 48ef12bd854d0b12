"""A desk begins to look at a conversation."""

import re

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from console.faces import looks
from console.models import Conversation


@require_POST
def look(request, pk):
    visible = Conversation.objects.visible_to(request.user).only("pk")
    remember(request, get_object_or_404(visible, pk=pk))
    return HttpResponse(status=204)


def remember(request, conversation, is_typing=False):
    """Remember the look of the desk that makes this request. A page without scripts names no desk."""
    desk = request.POST.get("desk", "")
    if re.fullmatch(r"[0-9a-f]{32}", desk):
        looks.look(conversation.pk, request.user.pk, desk, is_typing)
