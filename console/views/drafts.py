"""The draft of an agent in a conversation: read by their devices, and saved by the one that they write on."""

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
    """Answer with the text of a draft, its version, and the message that it quotes."""
    text, version, quoted = (draft.text, draft.version, draft.reply_to_id or "") if draft else ("", 0, "")
    headers = {"X-Draft": version, "X-Reply-To": quoted}
    return HttpResponse(text, status=status, content_type="text/plain", headers=headers)
