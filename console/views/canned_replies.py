"""Canned replies: the list that the composer searches in, and the pages on which agents write them."""

import hashlib
import json

from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from console.canned_reply_form import CannedReplyForm, SearchForm
from console.models import CannedFile, CannedReply
from console.views.desk import find
from console.wording import canned_variables
from personas.files import file_response
from personas.models import Page

MOST = 200  # on the page; the search finds the rest


# For the composer


@require_GET
def of_page(request, pk):
    """Answer with all canned replies that this agent may use on the Page, or with 304 to a browser that has them."""
    page = get_object_or_404(Page.objects.open_to(request.user).defer("token"), pk=pk)
    replies = CannedReply.objects.visible_to(request.user).on(page).prefetch_related("files")
    body = json.dumps([_for_composer(reply) for reply in replies])
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()}"'
    response = HttpResponse(body, content_type="application/json")
    response["Cache-Control"], response["ETag"] = "private, no-cache", etag
    return get_conditional_response(request, etag=etag, response=response)


def _for_composer(reply):
    files = [{"name": file.title, "url": reverse("canned-file", args=[file.pk])} for file in reply.files.all()]
    offered = {"text": reply.text, "quick_replies": reply.quick_replies, "files": files}
    return {"shortcut": reply.shortcut, "folder": reply.folder, **offered}


@require_GET
def file(request, pk):
    visible = CannedReply.objects.visible_to(request.user)
    found = get_object_or_404(CannedFile, pk=pk, canned_reply__in=visible)
    return file_response(found.file, found.title)


# Pages


@require_GET
def index(request):
    found = CannedReply.objects.visible_to(request.user).search(SearchForm(request.GET).words())
    replies = list(found.for_list()[: MOST + 1])
    for reply in replies:
        reply.is_editable = reply.may_be_edited_by(request.user)
    context = {"replies": replies[:MOST], "has_more": len(replies) > MOST, "q": request.GET.get("q", "")}
    template = "canned_replies/_list.html" if request.htmx else "canned_replies/index.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
def create(request):
    return _form_or_save(request, CannedReply())


@require_http_methods(["GET", "POST"])
def save_as_canned_reply(request, pk, message_pk):
    message = get_object_or_404(find(request, pk).messages.filter(is_incoming=False), pk=message_pk)
    return _form_or_save(request, CannedReply(text=message.text, quick_replies=message.quick_replies))


@require_http_methods(["GET", "POST"])
def edit(request, pk):
    return _form_or_save(request, _find_editable(request, pk))


@require_POST
def delete(request, pk):
    CannedReply.objects.filter(pk=_find_editable(request, pk).pk).discard()
    return redirect("canned-replies")


def _find_editable(request, pk):
    return get_object_or_404(CannedReply.objects.editable_by(request.user), pk=pk)


def _form_or_save(request, reply):
    """Show the form, or save it. In the dialog of a conversation, an empty answer closes the dialog."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CannedReplyForm(request.user, *given, instance=reply)
    if not given or not form.is_valid() or not _save(form):
        return _form(request, form)
    return HttpResponse() if request.htmx else redirect("canned-replies")


def _save(form):
    """Save the form; return whether that worked. Somebody else may have taken the shortcut since it was validated."""
    try:
        form.save()
    except IntegrityError as error:
        if "canned_reply_per_shortcut" not in str(error):
            raise
        form.add_error(None, gettext("The shortcut has just been taken. Choose another one."))
        return False
    return True


def _form(request, form):
    context = {
        "form": form,
        "reply": form.instance,
        "folders": _folders(request.user),
        "variables": canned_variables.GAPS,
    }
    status = 422 if form.is_bound else 200
    if not request.htmx:
        return render(request, "canned_replies/form.html", context, status=status)
    answer = render(request, "canned_replies/_form.html", context, status=status)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML")


def _folders(agent):
    used = CannedReply.objects.visible_to(agent).exclude(folder="")
    return used.order_by("folder").values_list("folder", flat=True).distinct()
