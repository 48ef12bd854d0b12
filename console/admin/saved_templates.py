from django.contrib import admin

from console.admin.shared import SharedAdmin
from console.models import SavedTemplate


@admin.register(SavedTemplate)
class SavedTemplateAdmin(SharedAdmin):
    """Cards are written at the desk. Here they are found when their author, their team or its Pages have gone."""

    list_display = ["name", "scope", "team", "page", "author", "updated_at"]
    search_fields = ["name"]
    fields = ["name", "scope", "team", "page"]

    def has_add_permission(self, request):
        return False
