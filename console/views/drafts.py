"""The draft of an agent in a conversation: all devices of the agent read it, and the one in use saves it."""

from urllib.parse import quote

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from console.forms import DraftForm
from console.models import Draft
from console.models.draft import NewerDraft
from console.views.desk import find


@require_http_methods(["GET", "POST"])
def draft(request, pk):
    conversation = find(request, pk)
    if request.method == "GET":
        return _answer(Draft.objects.of(request.user, conversation))
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    try:
        version = Draft.objects.write(request.user, conversation, **form.cleaned_data)
    except NewerDraft as refusal:
        return _answer(refusal.draft, status=409)
    return HttpResponse(status=204, headers={"X-Draft": version})


def _answer(draft, status=200):
    """Answer with the text of a draft, its version, the message that it quotes and its quick replies."""
    if draft is None:
        return HttpResponse(status=status, content_type="text/plain", headers={"X-Draft": 0})
    about = {"X-Reply-To": draft.reply_to_id or "", "X-Quick-Replies": quote(draft.quick_replies)}
    headers = {"X-Draft": draft.version, **about}
    return HttpResponse(draft.text, status=status, content_type="text/plain", headers=headers)
