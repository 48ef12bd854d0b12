from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import gettext_lazy as _

from console.admin.long_list import LongList
from console.models import Conversation, Holder
from console.privacy import views as privacy
from personas.page_access import RowsOfVisiblePages, VisiblePagesFilter

SHOWN_MESSAGES = 100
WINDOW = [
    "customer_active_at",
    "messaging_window_until",
    "ad_window_until",
    "human_agent_until",
    "human_agent_at",
    "human_agent_by",
]


class HolderFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*Holder.choices, ("closed", _("closed"))]

    def queryset(self, request, queryset):
        if self.value() == "closed":
            return queryset.filter(closed_at__isnull=False)
        return queryset.filter(holder=self.value(), closed_at=None) if self.value() in Holder else queryset


@admin.register(Conversation)
class ConversationAdmin(RowsOfVisiblePages, LongList):
    list_display = ["customer", "page", "state", "agent", "waiting_since", "unread", "last_words", "last_at"]
    list_filter = [HolderFilter, "last_at", ("page", VisiblePagesFilter), "agent"]
    list_select_related = ["customer", "page", "agent"]
    search_fields = ["customer__name", "customer__psid", "last_words"]
    ordering = ["-last_at"]
    fields = [
        "customer",
        "psid",
        "page",
        "holder",
        "agent",
        "team",
        "closed_at",
        "waiting_since",
        "unread",
        *WINDOW,
        "thread",
    ]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/erase/", view(self.erase), name="console_conversation_erase"),
            path("<int:pk>/export/", view(self.export), name="console_conversation_export"),
            path("<int:pk>/export/<int:export_pk>/", view(self.download), name="console_conversation_download"),
            *super().get_urls(),
        ]

    def erase(self, request, pk):
        return privacy.erase(request, self.get_queryset(request), pk)

    def export(self, request, pk):
        return privacy.export(request, self.get_queryset(request), pk)

    def download(self, request, pk, export_pk):
        return privacy.download(request, self.get_queryset(request), pk, export_pk)

    @admin.display(description=_("state"), ordering="holder")
    def state(self, conversation):
        return conversation.get_holder_display() if conversation.is_open else _("closed")

    @admin.display(description="PSID")
    def psid(self, conversation):
        return conversation.customer.psid

    @admin.display(description=_("messages and changes of holder, newest first"))
    def thread(self, conversation):
        messages = list(conversation.messages.for_thread().in_order().reverse()[:SHOWN_MESSAGES])
        oldest = messages[-1] if len(messages) == SHOWN_MESSAGES else None
        handovers = conversation.handovers.for_thread().between(oldest, None)
        activities = conversation.activities.between(oldest, None)
        notes = conversation.notes.for_thread().between(oldest, None)
        thread = sorted([*messages, *handovers, *activities, *notes], key=lambda entry: entry.place, reverse=True)
        return render_to_string("admin/_thread.html", {"conversation": conversation, "thread": thread})
