"""The transcript of a conversation: what was said, and by whom, as the customer saw it. It has no notes."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from console.models.message.message import Message
from console.views.desk import find

MOST = 2_000  # messages, the newest ones
REMARKS = {
    Message.State.QUEUED: _("not sent yet"),
    Message.State.SENDING: _("not sent yet"),
    Message.State.UNKNOWN: _("may not have arrived"),
    Message.State.FAILED: _("not sent"),
}


@require_GET
def transcript(request, pk):
    """Show it as a page that can be printed."""
    return render(request, "transcripts/transcript.html", _context(find(request, pk)))


@require_GET
def transcript_text(request, pk):
    """Download it as a text file."""
    conversation = find(request, pk)
    text = render(request, "transcripts/transcript.txt", _context(conversation)).content
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="conversation-{conversation.pk}.txt"'
    return answer


def _context(conversation):
    newest = list(conversation.messages.for_thread().in_order().reverse()[: MOST + 1])
    messages = newest[:MOST][::-1]
    for message in messages:
        message.conversation = conversation  # with its Page, of which senders have their names
        message.remark = REMARKS.get(message.state, "")
    is_cut = len(newest) > MOST
    return {"conversation": conversation, "messages": messages, "is_cut": is_cut, "at": timezone.localtime()}
