from django.contrib import admin
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from console.models import Arrival, Conversation
from personas.admin import ReadOnly

SHOWN_MESSAGES = 100
WINDOW = ["heard_at", "window_until", "human_agent_until", "human_agent_at", "human_agent_by"]
# Rows that a long list can be paged through; further ones are found by search and filter. More than the admin shows on
# one page (list_max_show_all), or it would show every row.
LISTED = 2000


class ShortPaginator(Paginator):
    """Counts no further than it lists: to count a table is to read all of it."""

    @cached_property
    def count(self):
        return self.object_list.order_by().values("pk")[:LISTED].count()

    @property
    def is_cut(self):
        return self.count == LISTED


class LongList(ReadOnly):
    paginator = ShortPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count too


class HolderFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", _("waiting")), ("held", _("held")), ("closed", _("closed"))]

    def queryset(self, request, queryset):
        chosen = {
            "waiting": {"agent": None, "closed_at": None},
            "held": {"agent__isnull": False, "closed_at": None},
            "closed": {"closed_at__isnull": False},
        }
        return queryset.filter(**chosen.get(self.value(), {}))


@admin.register(Conversation)
class ConversationAdmin(LongList):
    list_display = ["customer", "page", "agent", "waiting_since", "unread", "last_words", "last_at"]
    list_filter = [HolderFilter, "last_at", "page", "agent"]
    list_select_related = ["customer", "page", "agent"]
    search_fields = ["customer__name", "customer__psid", "last_words"]
    ordering = ["-last_at"]
    fields = ["customer", "psid", "page", "agent", "closed_at", "waiting_since", "unread", *WINDOW, "said"]

    @admin.display(description="PSID")
    def psid(self, conversation):
        return conversation.customer.psid

    @admin.display(description=_("messages, newest first"))
    def said(self, conversation):
        messages = conversation.messages.for_thread().in_order().reverse()[:SHOWN_MESSAGES]
        return render_to_string("admin/_messages.html", {"conversation": conversation, "thread": messages})


@admin.register(Arrival)
class ArrivalAdmin(LongList):
    list_display = ["id", "received_at", "is_read", "tries", "unknown", "problem"]
    list_filter = ["received_at", ("read_at", admin.EmptyFieldListFilter), ("problem", admin.EmptyFieldListFilter)]
    search_fields = ["body", "problem"]
    ordering = ["-pk"]
    actions = ["read_again"]
    fields = ["received_at", "read_at", "tries", "unknown", "problem", "body"]

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
