from django.contrib import admin

from console.admin.shared import MadeAtDeskAdmin
from console.models import SavedView


@admin.register(SavedView)
class SavedViewAdmin(MadeAtDeskAdmin):
    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        SavedView.objects.publish()
