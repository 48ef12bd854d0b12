from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from console.admin.long_list import LongList
from console.models import Erasure
from console.privacy.contents import in_words
from personas.page_access import RowsOfVisiblePages, VisiblePagesFilter


@admin.register(Erasure)
class ErasureAdmin(RowsOfVisiblePages, LongList):
    """The receipts of erasures. They say how much was deleted, and not of whom."""

    list_display = ["asked_at", "page", "by", "source", "state", "done_at"]
    list_filter = ["state", ("page", VisiblePagesFilter)]
    list_select_related = ["page", "by"]
    search_fields = ["code"]
    fields = ["asked_at", "page", "by", "source", "state", "done_at", "code", "receipt"]

    @admin.display(description=_("deleted so far"))
    def receipt(self, erasure):
        return format_html_join("\n", "{}: {}<br>", in_words(erasure.counts)) or "-"
