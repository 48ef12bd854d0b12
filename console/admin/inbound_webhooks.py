from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.admin.long_list import LongList
from console.models import InboundWebhook
from messenger import events


@admin.register(InboundWebhook)
class InboundWebhookAdmin(LongList):
    list_display = ["id", "received_at", "contents", "is_processed", "attempts", "unknown", "error"]
    list_filter = ["received_at", ("processed_at", admin.EmptyFieldListFilter), ("error", admin.EmptyFieldListFilter)]
    search_fields = ["body", "error"]
    ordering = ["-pk"]
    actions = ["requeue"]
    fields = ["received_at", "contents", "processed_at", "attempts", "unknown", "error", "body"]

    def has_view_permission(self, request, obj=None):
        """Allow superusers alone: one body may be about several Pages, and they see all Pages."""
        return request.user.is_superuser

    def has_act_permission(self, request):
        return request.user.has_perm("console.change_inboundwebhook")

    @admin.display(description=_("contents"))
    def contents(self, inbound_webhook):
        return ", ".join(dict.fromkeys(map(_name, _parse(inbound_webhook)))) or "-"

    @admin.display(description=_("processed"), boolean=True)
    def is_processed(self, inbound_webhook):
        return inbound_webhook.processed_at is not None

    @admin.action(description=_("Requeue"), permissions=["act"])
    def requeue(self, request, inbound_webhooks):
        inbound_webhooks.requeue()
        self.message_user(request, _("The webhooks were requeued. A worker processes them again."))


def _parse(inbound_webhook):
    try:
        return events.parse(inbound_webhook.body.encode())
    except ValueError:  # an earlier release stored bodies that this one refuses
        return []


def _name(event):
    """Return the name under which Facebook documents this kind of event."""
    if isinstance(event, events.DashboardTest):
        return _("Facebook's test of “%s”") % event.field
    if isinstance(event, events.OtherObject):
        return _("not about a Page: %s") % event.object
    return type(event).__name__
