"""The Health page, for staff who may see it. Of the Pages, it shows those that they may see."""

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from console.health_page.console_lines import console_lines
from console.health_page.line import State
from console.health_page.page_lines import page_lines
from console.health_page.question import ask
from console.metrics import figures
from console.models import InboundWebhook
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


@require_http_methods(["GET", "POST"])
@admin.site.admin_view
def requeue(request):
    """Requeue the webhooks that were given up: by superusers alone, as one may be about several Pages."""
    if not request.user.is_superuser:
        raise PermissionDenied
    given_up = InboundWebhook.objects.given_up()
    if request.method == "POST":
        messages.success(request, _requeued(given_up.requeue()))
        return redirect("health")
    count = given_up.count()
    return ask(
        request,
        title=_("Requeue the webhooks that were given up?"),
        count=count,
        found=ngettext("%(count)d webhook was given up.", "%(count)d webhooks were given up.", count)
        % {"count": count},
        meaning=_("Workers process them again, and skip the messages that are stored already."),
        nothing=_("No webhook was given up."),
        verb=_("Requeue"),
    )


def _requeued(count):
    return ngettext("%(count)d webhook was requeued.", "%(count)d webhooks were requeued.", count) % {"count": count}


def _pages(agent):
    """Return the Pages that this agent may see, those that are disconnected for good left out."""
    pages = Page.objects.open_to(agent).exclude(state__in=Page.State.ended())
    return list(pages.select_related("rules").defer("token"))
