from django import forms
from django.contrib import admin

from console.admin.shared import SharedAdmin
from console.models import CannedReply


class CannedReplyForm(forms.ModelForm):
    agent: "int"  # the key of the admin, who is the author of a new reply

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.instance.author_id = self.instance.author_id or self.agent

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - {"author"}


@admin.register(CannedReply)
class CannedReplyAdmin(SharedAdmin):
    form = CannedReplyForm
    list_display = ["shortcut", "folder", "scope", "team", "page", "author", "updated_at"]
    search_fields = ["shortcut", "folder", "text"]
    fields = ["shortcut", "folder", "text", "quick_replies", "scope", "team", "page"]

    def get_form(self, request, *args, **options):
        form = super().get_form(request, *args, **options)
        form.agent = request.user.pk
        return form
