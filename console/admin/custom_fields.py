from django.contrib import admin

from console.admin.page_or_all import PageOrAllAdmin
from console.models import CustomField
from personas.page_access import VisiblePagesFilter


@admin.register(CustomField)
class CustomFieldAdmin(PageOrAllAdmin):
    list_display = ["name", "kind", "is_required", "position", "page"]
    list_filter = [("page", VisiblePagesFilter), "kind"]
    list_select_related = ["page"]
    search_fields = ["name"]
    fields = ["name", "kind", "choices", "link", "is_required", "position", "page"]

    def get_readonly_fields(self, request, obj=None):
        """Keep the Page and the kind: customers may have values that another Page or kind would not accept."""
        return ["kind", "page"] if obj else []
