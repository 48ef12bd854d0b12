from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.admin.long_list import LongList
from console.models import DeletionRequest


@admin.register(DeletionRequest)
class DeletionRequestAdmin(LongList):
    """Facebook's requests. They name no Page: superusers alone see them, who see all Pages."""

    list_display = ["asked_at", "user_id", "shown_state", "handled_at"]
    list_filter = [("handled_at", admin.EmptyFieldListFilter)]
    search_fields = ["user_id", "code"]
    fields = ["asked_at", "user_id", "code", "shown_state", "handled_at", "erasures"]
    actions = ["handle"]

    def has_view_permission(self, request, obj=None):
        return request.user.is_superuser

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("erasures")

    @admin.display(description=_("state"))
    def shown_state(self, deletion_request):
        return deletion_request.state.label

    @admin.action(description=_("Note as handled: I have erased the customer, or there is none"), permissions=["view"])
    def handle(self, request, deletion_requests):
        deletion_requests.handle()
        self.message_user(request, _("The requests are noted as handled. Their pages say that all is deleted."))
