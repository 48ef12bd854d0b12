"""The base of the admins of canned replies, saved templates and saved views."""

from django.contrib import admin

from console.models import Team
from console.models.shared import MANAGE
from personas.page_access import OffersVisiblePages, VisiblePagesFilter


def manages(_admin, request, obj=None):
    return request.user.has_perm(MANAGE)


class SharedAdmin(OffersVisiblePages, admin.ModelAdmin):
    """The admin of what agents share.

    Staff with the permission see what they see at the desk; superusers see everything.
    """

    list_filter = ["scope", ("page", VisiblePagesFilter)]
    list_select_related = ["team", "page", "author"]
    has_module_permission = has_view_permission = has_add_permission = manages
    has_change_permission = has_delete_permission = manages

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.editable_by(request.user)

    def delete_model(self, request, obj):
        self.model.objects.filter(pk=obj.pk).discard()

    def delete_queryset(self, request, queryset):
        queryset.discard()

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.name == "team":
            options["queryset"] = Team.objects.of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **options)


class MadeAtDeskAdmin(SharedAdmin):
    """The admin of what agents make at the desk alone. Admins find the rows whose author has gone."""

    list_display = ["name", "scope", "team", "page", "author", "updated_at"]
    search_fields = ["name"]
    fields = ["name", "scope", "team", "page"]

    def has_add_permission(self, request):
        return False
