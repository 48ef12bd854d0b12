from django import forms
from django.contrib import admin

from console.models import CannedReply, Team
from console.models.shared import MANAGE
from personas.page_access import OffersVisiblePages, VisiblePagesFilter


class CannedReplyForm(forms.ModelForm):
    agent: "int"  # the key of the admin, who is the author of a new one

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.instance.author_id = self.instance.author_id or self.agent

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"author"}


def _manages(_admin, request, obj=None):
    return request.user.has_perm(MANAGE)


@admin.register(CannedReply)
class CannedReplyAdmin(OffersVisiblePages, admin.ModelAdmin):
    """Staff who may manage canned replies find the same here as at the desk; superusers find those of all agents."""

    form = CannedReplyForm
    list_display = ["shortcut", "folder", "scope", "team", "page", "author", "updated_at"]
    list_filter = ["scope", ("page", VisiblePagesFilter)]
    list_select_related = ["team", "page", "author"]
    search_fields = ["shortcut", "folder", "text"]
    fields = ["shortcut", "folder", "text", "quick_replies", "scope", "team", "page"]
    has_module_permission = has_view_permission = has_add_permission = _manages
    has_change_permission = has_delete_permission = _manages

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        return rows if request.user.is_superuser else rows.editable_by(request.user)

    def delete_model(self, request, obj):
        CannedReply.objects.filter(pk=obj.pk).discard()

    def delete_queryset(self, request, queryset):
        queryset.discard()

    def get_form(self, request, *args, **options):
        form = super().get_form(request, *args, **options)
        form.agent = request.user.pk
        return form

    def formfield_for_foreignkey(self, db_field, request, **options):
        if db_field.name == "team":
            options["queryset"] = Team.objects.of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **options)
