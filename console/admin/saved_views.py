from django.contrib import admin

from console.admin.shared import SharedAdmin
from console.models import SavedView


@admin.register(SavedView)
class SavedViewAdmin(SharedAdmin):
    """The admin of saved views: agents make them at the desk, and admins find those whose author has gone."""

    list_display = ["name", "scope", "team", "page", "author", "updated_at"]
    search_fields = ["name"]
    fields = ["name", "scope", "team", "page"]

    def has_add_permission(self, request):
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        SavedView.objects.publish()
