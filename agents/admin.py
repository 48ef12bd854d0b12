from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.db.models import Prefetch
from django.shortcuts import render
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from agents.models import Agent


@admin.register(Agent)
class AgentAdmin(UserAdmin):
    list_display = [
        *["username", "first_name", "last_name", "is_present", "capacity", "teams_now"],
        *["is_active", "is_staff", "personas_now"],
    ]
    list_filter = ["is_active", "is_present", "is_staff", "groups"]
    search_fields = ["username", "first_name", "last_name", "email"]
    actions = ["leave", "return_to_work"]
    readonly_fields = [
        *["is_active", "is_present", "away_since", "seen_at", "left_at", "last_login", "date_joined"],
        *["personas_now", "teams_now"],
    ]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Who customers see"), {"fields": ["first_name", "last_name", "picture", "personas_now"]}),
        (_("At work"), {"fields": ["email", "is_active", "is_present", "away_since", "seen_at", "left_at"]}),
        (_("The queue"), {"fields": ["capacity", "teams_now"]}),
        (_("May do"), {"fields": ["groups", "is_staff", "is_superuser", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "first_name", "last_name", "email", "picture", "groups"]}),
        (_("Log-in"), {"fields": ["usable_password", "password1", "password2"]}),
    ]

    def get_queryset(self, request):
        personas = Prefetch("personas", to_attr="faces", queryset=_faces())
        return super().get_queryset(request).prefetch_related(personas, "teams")

    def has_delete_permission(self, request, obj=None):
        """History keeps its authors: whoever goes, leaves."""
        return False

    @admin.display(description=_("personas"))
    def personas_now(self, agent):
        if agent.pk is None:
            return "-"
        return format_html_join(" · ", "{}: {}", ((face.page, face.state.label) for face in agent.faces)) or "-"

    @admin.display(description=_("teams"))
    def teams_now(self, agent):
        return (agent.pk and ", ".join(str(team) for team in agent.teams.all())) or "-"

    @admin.action(description=_("Leave: end their work, delete their personas"), permissions=["change"])
    def leave(self, request, agents):
        """Asked once more before: it cannot be undone, as a persona that is made again is another."""
        if "confirmed" not in request.POST:
            context = self.admin_site.each_context(request) | {"agents": agents, "title": _("End their work?")}
            return render(request, "admin/leave.html", context)
        for agent in agents.filter(is_active=True):
            if agent.is_last_admin:
                self.message_user(request, _("%s is the only admin and stays.") % agent, messages.ERROR)
            else:
                agent.leave()
                self.message_user(request, _("%s has left.") % agent, messages.SUCCESS)

    @admin.action(description=_("Return: let them in again"), permissions=["change"])
    def return_to_work(self, request, agents):
        for agent in agents.filter(is_active=False):
            agent.return_to_work()
            self.message_user(request, _("%s may log in again.") % agent, messages.SUCCESS)


def _faces():
    """The personas that exist on Facebook or shall: through the relation, as agents know nothing of personas."""
    related = Agent._meta.get_field("personas").related_model
    return related.objects.filter(gone_at=None).select_related("page")
