"""Merge the customer of a conversation with another one, and split them again, in the customer panel."""

from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from console.models import Conversation, MergedCustomer
from console.views.desk import changed, find

MOST_DIGITS = 18  # of a primary key
MOST_FOUND = 10
MOST_WORDS = 5  # of a search


@require_http_methods(["GET", "POST"])
def merge(request, pk):
    conversation = find(request, pk)
    if request.method == "GET":
        return _form(request, conversation)
    other = get_object_or_404(_others(request, conversation), pk=_key(request))
    MergedCustomer.objects.merge(conversation, other, request.user)
    return _done(request, pk)


@require_POST
def split(request, pk):
    conversation = find(request, pk)
    siblings = MergedCustomer.objects.siblings(conversation, request.user)
    other = get_object_or_404(
        _others(request, conversation).filter(pk__in=[one.pk for one in siblings]), pk=_key(request)
    )
    MergedCustomer.objects.split(other)
    return _done(request, pk)


def _key(request):
    key = request.POST.get("with", "")
    return key if key.isdecimal() and len(key) <= MOST_DIGITS else None


def _others(request, conversation):
    return Conversation.objects.visible_to(request.user).exclude(pk=conversation.pk)


def _form(request, conversation):
    query = request.GET.get("q", "").replace("\0", " ").strip()
    context = {
        "conversation": conversation,
        "query": query,
        "found": _found(request, conversation, query),
        "partial": "merged_customers/_form.html",
    }
    if request.htmx and "q" in request.GET:
        return render(request, "merged_customers/_found.html", context)
    answer = render(request, "merged_customers/_form.html" if request.htmx else "conversations/form.html", context)
    return reswap(retarget(answer, "#dialog-form"), "innerHTML") if request.htmx else answer


def _found(request, conversation, query):
    """Find other customers whose names have all these words; without words, customers of the same name."""
    customer = conversation.customer
    named = Q(customer__name__iexact=customer.name) & ~Q(customer__name="")
    if query:
        named = Q()
        for word in query.split()[:MOST_WORDS]:
            named &= Q(customer__name__icontains=word)
    merged = MergedCustomer.objects.with_customer(customer).values("customer")
    others = _others(request, conversation).filter(named).exclude(customer__in=merged).with_page()
    return list(others.select_related("customer").order_by("-last_at", "-pk")[:MOST_FOUND])


def _done(request, pk):
    return changed(request, pk, is_done=True) if request.htmx else redirect("customer", pk=pk)
