"""The panel, and the entries that Show more adds to its lists. Without scripts, each is a page of its own."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from console.customer_panel import parts
from console.customer_panel.facts import facts
from console.customer_panel.stays import stays
from console.models import Conversation, MergedCustomer

MOST_DIGITS = 18  # of a primary key


@require_GET
def customer(request, pk):
    shown = _find(request, pk)
    lists = {"stays": stays(shown), "notes": parts.notes(shown), "files": parts.files(shown)}
    return _answer(
        request, shown, "customers/_customer.html", facts(shown[0], request.user) | lists | {"siblings": shown[1:]}
    )


@require_GET
def customer_stays(request, pk):
    shown = _find(request, pk)
    return _answer(request, shown, "customers/_stays.html", {"stays": stays(shown, _before(request))})


@require_GET
def customer_notes(request, pk):
    shown = _find(request, pk)
    return _answer(request, shown, "customers/_notes.html", {"notes": parts.notes(shown, _before(request))})


@require_GET
def customer_files(request, pk):
    shown = _find(request, pk)
    return _answer(request, shown, "customers/_files.html", {"files": parts.files(shown, _before(request))})


def _find(request, pk):
    """Return a list of the conversation, followed by the conversations with merged customers."""
    shown = Conversation.objects.visible_to(request.user).in_full().select_related("customer__history_import")
    conversation = get_object_or_404(shown, pk=pk)
    return [conversation, *MergedCustomer.objects.siblings(conversation, request.user)]


def _before(request):
    """Return the key of the row after which to continue, or None."""
    before = request.GET.get("before", "")
    if before and not (before.isdecimal() and len(before) <= MOST_DIGITS):
        raise Http404
    return int(before) if before else None


def _answer(request, shown, partial, context):
    context |= {"conversation": shown[0], "partial": partial}
    return render(request, partial if request.htmx else "customers/page.html", context)
