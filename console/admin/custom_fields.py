from django.contrib import admin

from console.models import CustomField
from personas.page_access import RowsOfVisiblePages, VisiblePagesFilter


@admin.register(CustomField)
class CustomFieldAdmin(RowsOfVisiblePages):
    """The admin of custom fields.

    Staff who may manage them see those of their Pages; superusers also those for all Pages.
    """

    list_display = ["name", "kind", "is_required", "position", "page"]
    list_filter = [("page", VisiblePagesFilter), "kind"]
    list_select_related = ["page"]
    search_fields = ["name"]
    fields = ["name", "kind", "choices", "link", "is_required", "position", "page"]

    def get_readonly_fields(self, request, obj=None):
        """Keep the Page and the kind: customers may have values that another Page or kind would not accept."""
        return ["kind", "page"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **options):
        field = super().formfield_for_foreignkey(db_field, request, **options)
        field.required = not request.user.is_superuser
        return field

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        CustomField.objects.publish()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        CustomField.objects.publish()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        CustomField.objects.publish()
