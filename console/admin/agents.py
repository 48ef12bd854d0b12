"""The admin of agents with the page of offboarding, for which `agents` would have to know conversations."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from agents.admin import AgentAdmin
from agents.models import Agent
from agents.rights import OnlyAdmin
from console.offboarding import lines

admin.site.unregister(Agent)


@admin.register(Agent)
class AgentWithOffboardingAdmin(AgentAdmin):
    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/offboarding/", view(self.offboarding), name="agents_agent_offboarding"),
            *super().get_urls(),
        ]

    def offboarding(self, request, pk):
        """Show what will happen when the agent leaves; have them leave; show what has happened since."""
        agent = self._changeable_agent(request, pk)
        if request.method == "POST":
            return self._leave(request, agent)
        shown = (lines.before if agent.is_active else lines.after)(agent, request.user)
        context = {"lines": shown, "is_done": all(line.is_done for line in shown)}
        return self._page(request, "admin/offboarding.html", agent, _("Remove %s from the team") % agent, context)

    def _changeable_agent(self, request, pk):
        agent = get_object_or_404(self.get_queryset(request), pk=pk)
        if not self.has_change_permission(request, agent):
            raise PermissionDenied
        return agent

    def _page(self, request, template, agent, title, context):
        shown = self.admin_site.each_context(request) | {"title": title, "opts": self.opts, "agent": agent}
        return render(request, template, shown | context)

    def _leave(self, request, agent):
        try:
            if agent.is_active:
                agent.leave()
        except OnlyAdmin as error:
            self.message_user(request, str(error), messages.ERROR)
        return redirect("admin:agents_agent_offboarding", agent.pk)
