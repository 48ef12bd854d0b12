from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from console.admin.long_list import LongList
from console.models import Arrival
from messenger import events


@admin.register(Arrival)
class ArrivalAdmin(LongList):
    list_display = ["id", "received_at", "contents", "is_read", "tries", "unknown", "problem"]
    list_filter = ["received_at", ("read_at", admin.EmptyFieldListFilter), ("problem", admin.EmptyFieldListFilter)]
    search_fields = ["body", "problem"]
    ordering = ["-pk"]
    actions = ["read_again"]
    fields = ["received_at", "contents", "read_at", "tries", "unknown", "problem", "body"]

    def has_view_permission(self, request, obj=None):
        """One body may tell of several Pages: only somebody who sees all Pages may read it."""
        return request.user.is_superuser

    def has_act_permission(self, request):
        return request.user.has_perm("console.change_arrival")

    @admin.display(description=_("contents"))
    def contents(self, arrival):
        return ", ".join(dict.fromkeys(map(_name, _told(arrival)))) or "-"

    @admin.display(description=_("read"), boolean=True)
    def is_read(self, arrival):
        return arrival.read_at is not None

    @admin.action(description=_("Read again"), permissions=["act"])
    def read_again(self, request, arrivals):
        for arrival in arrivals:
            arrival.read_again()
        self.message_user(request, _("A worker reads them again."))


def _told(arrival):
    try:
        return events.parse(arrival.body.encode())
    except ValueError:  # what an earlier release let in
        return []


def _name(event):
    """What an admin looks for in Facebook's documentation."""
    if isinstance(event, events.DashboardTest):
        return _("Facebook's test of “%s”") % event.field
    if isinstance(event, events.OtherObject):
        return _("not about a Page: %s") % event.object
    return type(event).__name__
