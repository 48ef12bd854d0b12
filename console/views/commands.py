"""The command palette: a dialog in which an agent finds everything that the desk can do, and does it by keyboard."""

from django.shortcuts import render
from django.views.decorators.http import require_GET


@require_GET
def commands(request):
    """Render the dialog, still empty: its commands are the buttons and links that stand on the desk as it opens."""
    return render(request, "commands/_palette.html")
