"""Pictures and files. An agent who may see an object gets the file that belongs to it; no file is found by its path."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.templatetags.static import static
from django.utils.cache import get_conditional_response

from agents.models import Agent
from agents.names import plain
from console.models import Attachment, Conversation, Customer
from personas import pictures
from personas.files import file_response
from personas.models import Page, Persona


def attachment(request, pk):
    visible = Conversation.objects.visible_to(request.user)
    attachment = get_object_or_404(Attachment, pk=pk, message__conversation__in=visible)
    etag = f'"{attachment.file.name}"'
    return get_conditional_response(request, etag=etag) or _asked_for_anew(attachment, etag)


def customer_picture(request, pk):
    visible = Conversation.objects.visible_to(request.user)
    customer = get_object_or_404(Customer, pk=pk, conversation__in=visible)
    return _picture(customer.picture, customer)


def agent_picture(request, pk):
    agent = get_object_or_404(Agent, pk=pk)
    return _picture(agent.picture, agent.public_name)


def bot_picture(request, pk):
    page = get_object_or_404(Page.objects.open_to(request.user), pk=pk)
    return _picture(page.bot_picture, page.bot_name)


def persona_picture(request, pk):
    visible = Page.objects.open_to(request.user).order_by()
    persona = get_object_or_404(Persona, pk=pk, page__in=visible)
    return _picture(persona.picture, persona.name)


def _picture(file, name):
    """Serve a picture; initials if its file is gone. They are not cached: the picture may come back."""
    try:
        return file_response(file)
    except Http404:
        if not file:
            raise
        content = pictures.initials(plain(str(name)))
        return HttpResponse(content, content_type="image/png", headers={"Cache-Control": "private, no-cache"})


def _asked_for_anew(attachment, etag):
    """Serve a file that the browser must revalidate before each use, because its message can be unsent."""
    try:
        response = file_response(attachment.file, attachment.file_name)
    except Http404:
        attachment.note_gone()
        raise
    response["Cache-Control"], response["ETag"] = "private, no-cache", etag
    return response


@login_not_required
def icon(request):
    """Redirect /favicon.ico, for which browsers ask when a page names no icon."""
    return redirect(static("icon.svg"))
