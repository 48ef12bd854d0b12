"""Save only the columns that a form has changed: workers and other requests write others of the same row meanwhile.

A whole row that was read a moment ago would bring an agent back who has left since.
"""

from typing import Any

from django.contrib import admin


class SavesPasswordAlone:
    """The part of a form that sets the password of an agent."""

    def save(self, commit=True):
        form: Any = super()
        agent = form.save(commit=False)
        agent.save(update_fields=["password"])
        return agent


class SavesChangedColumns(admin.ModelAdmin):
    """A ModelAdmin of rows that others write too."""

    def save_model(self, request, obj, form, change):
        if not change:
            return super().save_model(request, obj, form, change)
        columns = {field.name for field in obj._meta.concrete_fields}
        given, before = form.cleaned_data, form.initial
        return obj.save(
            update_fields=[name for name in form.changed_data if name in columns and given[name] != before.get(name)]
        )
