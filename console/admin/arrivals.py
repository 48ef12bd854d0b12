from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.admin.long_list import LongList
from console.models import Arrival


@admin.register(Arrival)
class ArrivalAdmin(LongList):
    list_display = ["id", "received_at", "is_read", "tries", "unknown", "problem"]
    list_filter = ["received_at", ("read_at", admin.EmptyFieldListFilter), ("problem", admin.EmptyFieldListFilter)]
    search_fields = ["body", "problem"]
    ordering = ["-pk"]
    actions = ["read_again"]
    fields = ["received_at", "read_at", "tries", "unknown", "problem", "body"]

    def has_view_permission(self, request, obj=None):
        """One body may tell of several Pages: only somebody who sees all Pages may read it."""
        return request.user.is_superuser

    def has_act_permission(self, request):
        return request.user.has_perm("console.change_arrival")

    @admin.display(description=_("read"), boolean=True)
    def is_read(self, arrival):
        return arrival.read_at is not None

    @admin.action(description=_("Read again"), permissions=["act"])
    def read_again(self, request, arrivals):
        for arrival in arrivals:
            arrival.read_again()
        self.message_user(request, _("A worker reads them again."))
