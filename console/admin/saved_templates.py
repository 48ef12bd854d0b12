from django.contrib import admin

from console.admin.shared import MadeAtDeskAdmin
from console.models import SavedTemplate


@admin.register(SavedTemplate)
class SavedTemplateAdmin(MadeAtDeskAdmin):
    """The admin of saved templates."""
