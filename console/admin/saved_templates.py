from django.contrib import admin

from console.admin.shared import SharedAdmin
from console.models import SavedTemplate


@admin.register(SavedTemplate)
class SavedTemplateAdmin(SharedAdmin):
    """The admin of saved templates: agents write them at the desk, and admins find those whose author has gone."""

    list_display = ["name", "scope", "team", "page", "author", "updated_at"]
    search_fields = ["name"]
    fields = ["name", "scope", "team", "page"]

    def has_add_permission(self, request):
        return False
