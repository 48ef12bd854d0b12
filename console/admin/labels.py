from django.contrib import admin

from console.models import Label
from personas.page_access import RowsOfVisiblePages, VisiblePagesFilter


@admin.register(Label)
class LabelAdmin(RowsOfVisiblePages):
    """The admin of labels. Staff who may manage them see those of their Pages; superusers also those for all Pages."""

    list_display = ["name", "colour", "page", "description"]
    list_filter = [("page", VisiblePagesFilter), "colour"]
    list_select_related = ["page"]
    search_fields = ["name", "description"]
    fields = ["name", "colour", "description", "page"]

    def get_readonly_fields(self, request, obj=None):
        """Keep the Page: the label may be on conversations that agents of another Page must not learn of."""
        return ["page"] if obj else []

    def formfield_for_foreignkey(self, db_field, request, **options):
        field = super().formfield_for_foreignkey(db_field, request, **options)
        field.required = not request.user.is_superuser
        return field

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        Label.objects.publish()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        Label.objects.publish()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        Label.objects.publish()
