"""The tools of the Health page for one Page: release its send queue, and retry its failed replies. Each asks first."""

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from console.health_page.question import ask
from console.models import Refused
from personas.models import Page

ACT = "personas.change_page"
MOST = 200  # replies that are retried at once; a press more takes the next ones


def _tool(view):
    for wrap in (permission_required(ACT, raise_exception=True), admin.site.admin_view):
        view = wrap(view)
    return require_http_methods(["GET", "POST"])(view)


@_tool
def release_send_queue(request, pk):
    page = _page(request, pk)
    if request.method == "POST":
        count = page.release_send_queue()
        said = ngettext("%(count)d reply is due now.", "%(count)d replies are due now.", count)
        messages.success(request, said % {"count": count})
        return redirect("health")
    count = page.messages.pending().count()
    return ask(
        request,
        page=page,
        title=_("Release the send queue?"),
        count=count,
        found=ngettext("%(count)d reply waits.", "%(count)d replies wait.", count) % {"count": count},
        meaning=_(
            "Replies that wait for another attempt are sent now. While the Page is paused or slowed down, they wait on."
        ),
        nothing=_("No reply waits."),
        verb=_("Release"),
    )


@_tool
def retry_failed(request, pk):
    page = _page(request, pk)
    failed = page.messages.failed().exclude(author=None)
    if request.method == "POST":
        queued, refused = retry_all(failed)
        said = ngettext("%(count)d reply is queued again.", "%(count)d replies are queued again.", queued)
        messages.success(request, said % {"count": queued})
        if refused:
            said = ngettext("%(count)d reply stays as it is.", "%(count)d replies stay as they are.", refused)
            messages.warning(request, said % {"count": refused} + " " + _("The conversation says why."))
        return redirect("health")
    count = failed.count()
    return ask(
        request,
        page=page,
        title=_("Retry all failed replies?"),
        count=count,
        found=ngettext("%(count)d reply failed.", "%(count)d replies failed.", count) % {"count": count},
        meaning=_(
            "Each is sent again for the agent who wrote it, if they still have the conversation and may still reply, "
            "and the customer has not written since."
        ),
        nothing=_("No reply failed."),
        verb=_("Retry"),
    )


def retry_all(failed):
    """Retry failed replies for their authors, the oldest first; return how many were queued, and how many refused.

    A reply stays as it is if the customer has written since: its author has not seen that.
    """
    queued, refused = 0, 0
    for message in failed.select_related("conversation", "author").in_order()[:MOST]:
        try:
            queued += message.conversation.retry(message, message.author, seen=_seen_with(message))
        except Refused:
            refused += 1
    return queued, refused


def _seen_with(message):
    """Return the key of the customer's last message before this one."""
    before = message.conversation.messages.filter(is_incoming=True).before(message)
    return before.order_by("-pk").values_list("pk", flat=True).first() or 0


def _page(request, pk):
    return get_object_or_404(Page.objects.open_to(request.user), pk=pk)
