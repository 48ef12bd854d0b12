"""What an agent may not see on the desk is not in the admin either."""

from django.contrib import admin

from personas.models import Page


class OpenPagesFilter(admin.RelatedFieldListFilter):
    """Offers the Pages that are open to the person who looks."""

    def field_choices(self, field, request, model_admin):
        ordering = self.field_admin_ordering(field, request, model_admin)
        shown = {"pk__in": Page.objects.open_to(request.user).order_by().values("pk")}
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=shown)


class OffersOpenPages:
    """Of a ModelAdmin: where a form offers Pages, it offers those that are open to the person who fills it in."""

    def formfield_for_foreignkey(self, db_field, request, **options):
        return super().formfield_for_foreignkey(db_field, request, **_limit(db_field, request, options))

    def formfield_for_manytomany(self, db_field, request, **options):
        return super().formfield_for_manytomany(db_field, request, **_limit(db_field, request, options))


class RowsOfOpenPages(OffersOpenPages):
    """Of a ModelAdmin whose rows each belong to a Page: those of Pages that are not open to somebody are not there."""

    page_lookup = "page"

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        pages = Page.objects.open_to(request.user).order_by().values("pk")
        return rows.filter(**{f"{self.page_lookup}__in": pages})


def _limit(field, request, options):
    return options | {"queryset": Page.objects.open_to(request.user)} if field.related_model is Page else options
