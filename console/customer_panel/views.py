"""The panel, and what Show more adds to its lists. Without scripts, each is a page of its own."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET

from console.customer_panel import parts
from console.customer_panel.facts import facts
from console.customer_panel.stays import stays
from console.views.desk import find

MOST_DIGITS = 18  # of a primary key


@require_GET
def customer(request, pk):
    conversation = find(request, pk)
    lists = {"stays": stays(conversation), "notes": parts.notes(conversation), "files": parts.files(conversation)}
    return _answer(request, conversation, "customers/_customer.html", facts(conversation) | lists)


@require_GET
def customer_stays(request, pk):
    conversation = find(request, pk)
    return _answer(request, conversation, "customers/_stays.html", {"stays": stays(conversation, _before(request))})


@require_GET
def customer_notes(request, pk):
    conversation = find(request, pk)
    found = parts.notes(conversation, _before(request))
    return _answer(request, conversation, "customers/_notes.html", {"notes": found})


@require_GET
def customer_files(request, pk):
    conversation = find(request, pk)
    found = parts.files(conversation, _before(request))
    return _answer(request, conversation, "customers/_files.html", {"files": found})


def _before(request):
    """Return the key of the row after which more are wanted, or None."""
    before = request.GET.get("before", "")
    if before and not (before.isdecimal() and len(before) <= MOST_DIGITS):
        raise Http404
    return int(before) if before else None


def _answer(request, conversation, partial, context):
    context |= {"conversation": conversation, "partial": partial}
    return render(request, partial if request.htmx else "customers/page.html", context)
