"""The base of the admins of rows for one Page or for all Pages, such as labels."""

from personas.page_access import RowsOfVisiblePages


class PageOrAllAdmin(RowsOfVisiblePages):
    """Staff see the rows of their Pages; superusers also those for all Pages. Each change is published to browsers."""

    def formfield_for_foreignkey(self, db_field, request, **options):
        field = super().formfield_for_foreignkey(db_field, request, **options)
        field.required = not request.user.is_superuser
        return field

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        self.model.objects.publish()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        self.model.objects.publish()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        self.model.objects.publish()
