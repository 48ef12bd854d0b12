"""The admin's field for a picture. A stored file has no address, so the link leads to the view that serves it."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.widgets import AdminFileWidget
from django.urls import reverse
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Link:
    url: str

    def __str__(self):
        return _("the picture")


class PictureWidget(AdminFileWidget):
    """A file field whose link leads to `view`, the name of the URL that serves the picture of a row."""

    def __init__(self, view):
        super().__init__()
        self.view = view

    def is_initial(self, value: Any):
        """Return whether there is a picture to link to: its file may be gone from the disk."""
        return super().is_initial(value) and value.storage.exists(value.name)

    def format_value(self, value: Any):
        return Link(reverse(self.view, args=[value.instance.pk])) if self.is_initial(value) else None
