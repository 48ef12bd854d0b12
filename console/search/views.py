"""The search, in the queue's place on the desk, or on a page of its own for a browser without scripts."""

import re
from datetime import UTC, datetime, timedelta

from django.shortcuts import render
from django.views.decorators.http import require_GET

from console.search.query import LONGEST, OPERATORS, Query
from console.search.results import Search
from console.views.desk import outcome_of

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
    found, refusal = outcome_of(_search, request.user, text, _place(request.GET.get("after", "")))
    return {"problem": refusal.sentence} if refusal else found


def _search(agent, text, after):
    query = Query(text)
    return {"search": Search(agent, query, after), "after": after} if query else {}


def _place(given):
    place = PLACE.fullmatch(given)
    return place and (BEGIN + timedelta(microseconds=int(place[1])), int(place[2]))
