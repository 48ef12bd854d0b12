"""Store the picture of an admin's form before the form's transaction begins: the file storage may be far away."""

from contextlib import contextmanager, suppress
from typing import Any

from django.contrib import admin
from django.core.files.base import File
from django.db.models import FileField


class PicturesStoredFirst(admin.ModelAdmin):
    """A ModelAdmin of rows with a picture.

    The picture is stored while no lock is held, and deleted if the row is not saved.
    """

    def add_view(self, request, form_url="", extra_context=None):
        with self._storing(request.FILES):
            return super().add_view(request, form_url, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        with self._storing(request.FILES):
            return super().change_view(request, object_id, form_url, extra_context)

    def save_form(self, request, form, change):
        """Give the row the paths of stored pictures. Django would store them now."""
        for name, value in form.cleaned_data.items():
            if path := getattr(value, "stored_at", None):
                setattr(form.instance, name, path)
        return super().save_form(request, form, change)

    @contextmanager
    def _storing(self, uploads):
        fields = [field for field in self.model._meta.fields if isinstance(field, FileField) and field.name in uploads]
        try:
            for field in fields:
                _store(field, uploads[field.name])
            yield
        finally:
            for field in fields:
                self._delete_unsaved(field, getattr(uploads[field.name], "stored_at", None))

    def _delete_unsaved(self, field, path):
        if path and not self.model._default_manager.filter(**{field.name: path}).exists():
            with suppress(OSError):
                field.storage.delete(path)


def _store(field, upload: Any):
    upload.stored_at = field.storage.save(field.generate_filename(None, upload.name), File(upload))
    upload.seek(0)
