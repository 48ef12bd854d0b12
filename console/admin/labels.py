from django.contrib import admin

from console.admin.page_or_all import PageOrAllAdmin
from console.models import Label
from personas.page_access import VisiblePagesFilter


@admin.register(Label)
class LabelAdmin(PageOrAllAdmin):
    list_display = ["name", "colour", "page", "description"]
    list_filter = [("page", VisiblePagesFilter), "colour"]
    list_select_related = ["page"]
    search_fields = ["name", "description"]
    fields = ["name", "colour", "description", "page"]

    def get_readonly_fields(self, request, obj=None):
        """Keep the Page: the label may be on conversations that agents of another Page must not learn of."""
        return ["page"] if obj else []
