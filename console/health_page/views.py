"""The Health page, for staff who may see it. Of the Pages, it shows those that they may see."""

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.health_page.console_lines import console_lines
from console.health_page.line import State
from console.health_page.page_lines import page_lines
from console.metrics import figures
from personas.models import Page

SEE = "console.view_health"


@require_safe
@admin.site.admin_view
@permission_required(SEE, raise_exception=True)
def health(request):
    shared, pages = figures.read(), _pages(request.user)
    own = figures.read_of_pages(pages)
    parts = [(None, console_lines(shared)), *((page, page_lines(page, own[page.pk], shared)) for page in pages)]
    looks = sum(line.state is State.LOOK for _page, lines in parts for line in lines)
    shown = {"title": _("Health"), "parts": parts, "looks": looks}
    return render(request, "admin/health.html", admin.site.each_context(request) | shown)


def _pages(agent):
    """Return the Pages that this agent may see, those that are disconnected for good left out."""
    pages = Page.objects.open_to(agent).exclude(state__in=Page.State.ended())
    return list(pages.select_related("rules").defer("token"))
