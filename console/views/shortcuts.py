"""The list of keyboard shortcuts, in a dialog on the desk or as a page."""

from django.shortcuts import render
from django.views.decorators.http import require_GET

from console.wording.shortcuts import GROUPS


@require_GET
def shortcuts(request):
    template = "shortcuts/_dialog.html" if request.htmx else "shortcuts/index.html"
    return render(request, template, {"groups": GROUPS})
