from django.contrib import admin

from console.admin.long_list import LongList
from console.models import BotEvent
from personas.page_access import RowsOfVisiblePages, VisiblePagesFilter


@admin.register(BotEvent)
class BotEventAdmin(RowsOfVisiblePages, LongList):
    """Events that have not been delivered to bots yet."""

    list_display = ["id", "kind", "page", "conversation", "created_at", "attempts", "next_attempt_at", "error"]
    list_filter = ["kind", ("page", VisiblePagesFilter)]
    list_select_related = ["page", "conversation__customer"]
    ordering = ["pk"]
    fields = ["kind", "page", "conversation", "created_at", "attempts", "next_attempt_at", "error", "body"]
