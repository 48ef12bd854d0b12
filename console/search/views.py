"""The search, in the queue's place on the desk, or on a page of its own for a browser without scripts."""

import re
from datetime import UTC, datetime, timedelta

from django.shortcuts import render
from django.views.decorators.http import require_GET

from console.models.refusals import Refused
from console.search.query import LONGEST, OPERATORS, Query
from console.search.results import Search

PLACE = re.compile(r"(\d{1,16})-(\d{1,18})")  # µs, and pk
BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


@require_GET
def search(request):
    """Render the results of `?q=QUERY`, or those behind `?after=PLACE`; without a query, the operators."""
    text = request.GET.get("q", "")
    context = {"q": text[:LONGEST], "operators": OPERATORS, "longest": LONGEST} | _found(request, text)
    if not request.htmx:
        return render(request, "search/index.html", context)
    return render(request, "search/_more.html" if context.get("after") else "search/_results.html", context)


def _found(request, text):
    try:
        query, after = Query(text), _place(request.GET.get("after", ""))
        return {"search": Search(request.user, query, after), "after": after} if query else {}
    except Refused as refusal:
        return {"problem": refusal.sentence}


def _place(given):
    place = PLACE.fullmatch(given)
    return place and (BEGIN + timedelta(microseconds=int(place[1])), int(place[2]))
