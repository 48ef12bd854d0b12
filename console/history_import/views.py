"""Import the history of a customer again, after Facebook refused it."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from console.models import HistoryImport
from console.views.desk import find


@require_POST
def import_again(request, pk):
    get_object_or_404(HistoryImport, customer=find(request, pk).customer_id).import_again()
    if request.htmx:
        return render(request, "history_import/_history_import.html", {"conversation": find(request, pk)})
    return redirect("customer", pk=pk)
