"""Limit the admin to the Pages that its user may see, as the desk is limited."""

from typing import Any

from django.contrib import admin

from personas.models import Page


class VisiblePagesFilter(admin.RelatedFieldListFilter):
    """A filter that offers the Pages that the user may see."""

    def field_choices(self, field, request, model_admin):
        ordering = self.field_admin_ordering(field, request, model_admin)
        shown = {"pk__in": Page.objects.open_to(request.user).order_by().values("pk")}
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=shown)


class OffersVisiblePages(admin.ModelAdmin):
    """A ModelAdmin whose form offers the Pages that the user may see."""

    def formfield_for_foreignkey(self, db_field, request, **options):
        return super().formfield_for_foreignkey(db_field, request, **_limit(db_field, request, options))

    def formfield_for_manytomany(self, db_field, request, **options):
        return super().formfield_for_manytomany(db_field, request, **_limit(db_field, request, options))


class RowsOfVisiblePages(OffersVisiblePages):
    """A ModelAdmin whose rows belong to a Page. It lists those of Pages that the user may see."""

    page_lookup = "page"

    def get_queryset(self, request: Any):
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        pages = Page.objects.open_to(request.user).order_by().values("pk")
        return rows.filter(**{f"{self.page_lookup}__in": pages})


def _limit(field, request, options):
    return options | {"queryset": Page.objects.open_to(request.user)} if field.related_model is Page else options
