"""Labels: any agent who may see a conversation adds and removes labels of it or its customer, many at once."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from console.models import Label
from console.views.desk import changed, find

MOST_DIGITS = 18  # of a primary key


@require_http_methods(["GET", "POST"])
def label(request, pk):
    conversation = find(request, pk)
    if request.method == "GET":
        return _form(request, conversation, conversation.labels, back=reverse("conversation", args=[pk]))
    Label.objects.change(conversation, **changes(request, Label.objects.on(conversation.page)))
    return changed(request, pk, is_done=True)


@require_http_methods(["GET", "POST"])
def label_customer(request, pk):
    conversation = find(request, pk)
    if request.method == "GET":
        back = reverse("customer", args=[pk])
        return _form(request, conversation, conversation.customer.labels, back, is_of_customer=True)
    Label.objects.change_of_customer(conversation, **changes(request, Label.objects.on(conversation.page)))
    return changed(request, pk, is_done=True) if request.htmx else redirect("customer", pk=pk)


def changes(request, offered):
    """Return the labels that the form adds and removes, of those that it offered."""
    chosen, before = (_named(request, field, offered) for field in ("labels", "before"))
    return {"added": chosen - before, "removed": before - chosen}


def _named(request, field, offered):
    """Return the labels that a field names, except those that an admin has deleted meanwhile."""
    named = [pk for pk in request.POST.getlist(field) if pk.isdecimal() and len(pk) <= MOST_DIGITS]
    return set(offered.filter(pk__in=named))


def _form(request, conversation, labels, back, *, is_of_customer=False):
    offered, chosen = Label.objects.on(conversation.page), {label.pk for label in labels.all()}
    context = {"conversation": conversation, "offered": offered, "chosen": chosen, "partial": "labels/_form.html"}
    context |= {"address": request.path, "back": back, "is_of_customer": is_of_customer}
    answer = render(request, "labels/_form.html" if request.htmx else "conversations/form.html", context)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer
