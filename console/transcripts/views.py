"""The transcript of a conversation: as a page to print, as a text file, and by e-mail."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from agents.roles import EXPORT
from console.transcripts import mail
from console.transcripts.content import content_of
from console.views.desk import find


class AddressForm(forms.Form):
    address = forms.EmailField(max_length=254)


@require_GET
@permission_required(EXPORT, raise_exception=True)
def transcript(request, pk):
    """Show it as a page that can be printed, or saved as a PDF by the browser, which has the fonts for all writing."""
    return _page(request, find(request, pk), AddressForm())


@require_GET
@permission_required(EXPORT, raise_exception=True)
def transcript_text(request, pk):
    """Download it as a text file."""
    conversation = find(request, pk)
    text = render(request, "transcripts/transcript.txt", content_of(conversation)).content
    answer = HttpResponse(text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="conversation-{conversation.pk}.txt"'
    return answer


@require_POST
@permission_required(EXPORT, raise_exception=True)
def mail_transcript(request, pk):
    """Have a worker mail it to an address."""
    conversation, form = find(request, pk), AddressForm(request.POST)
    if not settings.EMAIL_URL:
        raise Http404
    if not form.is_valid():
        return _page(request, conversation, form, status=422)
    if not mail.may_mail(request.user):
        form.add_error("address", _("You have mailed many transcripts within an hour. Wait a while before the next."))
        return _page(request, conversation, form, status=429)
    address = form.cleaned_data["address"]
    mail.mail_transcript.delay(conversation.pk, request.user.pk, address)
    messages.success(request, _("The console e-mails the transcript to %(address)s.") % {"address": address})
    return redirect("transcript", conversation.pk)


def _page(request, conversation, form, status=200):
    notices = messages.get_messages(request)
    state = {"form": form, "has_mail": bool(settings.EMAIL_URL), "notices": notices}
    return render(request, "transcripts/transcript.html", content_of(conversation) | state, status=status)
