from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.admin.secret import ShowsSecret
from console.models import ApiKey
from personas.admin import ReadOnly
from personas.page_access import RowsOfVisiblePages, VisiblePagesFilter


@admin.register(ApiKey)
class ApiKeyAdmin(ShowsSecret, RowsOfVisiblePages, ReadOnly):
    list_display = ["name", "page", "start", "created_at", "used_at", "revoked_at"]
    list_filter = [("page", VisiblePagesFilter), ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["page"]
    fields = ["page", "name"]
    actions = ["revoke"]
    secret_title = _("New API key")

    def has_add_permission(self, request):
        return request.user.has_perm("console.add_apikey")

    def has_act_permission(self, request):
        return request.user.has_perm("console.change_apikey")

    def get_fields(self, request, obj=None):
        return [*self.fields, "start", "created_at", "used_at", "revoked_at"] if obj else self.fields

    def save_model(self, request, key, form, change):
        key.new_secret = key.renew()
        super().save_model(request, key, form, change)

    @admin.action(description=_("Revoke"), permissions=["act"])
    def revoke(self, request, keys):
        keys.revoke()
        self.message_user(request, _("Programs that use them are refused from now on."))
