"""Labels: any agent who may see a conversation puts them on and takes them off, many at once."""

from django.shortcuts import render
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from console.models import Label
from console.views.desk import changed, find

MOST_DIGITS = 18  # of a primary key


@require_http_methods(["GET", "POST"])
def label(request, pk):
    conversation = find(request, pk)
    offered = Label.objects.on(conversation.page)
    if request.method == "GET":
        return _form(request, conversation, offered)
    chosen, before = (_named(request, field, offered) for field in ("labels", "before"))
    Label.objects.change(conversation, added=chosen - before, removed=before - chosen)
    return changed(request, pk, is_done=True)


def _named(request, field, offered):
    """Return those labels that a field names. One that an admin has deleted meanwhile is left out."""
    named = [pk for pk in request.POST.getlist(field) if pk.isdecimal() and len(pk) <= MOST_DIGITS]
    return set(offered.filter(pk__in=named))


def _form(request, conversation, offered):
    chosen = {label.pk for label in conversation.labels.all()}
    context = {"conversation": conversation, "offered": offered, "chosen": chosen, "partial": "labels/_form.html"}
    answer = render(request, "labels/_form.html" if request.htmx else "conversations/form.html", context)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer
