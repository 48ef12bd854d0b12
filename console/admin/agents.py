"""The admin of agents with invitations and offboarding, for which `agents` would have to know conversations."""

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from agents.admin import AgentAdmin
from agents.models import Agent
from agents.rights import OnlyAdmin
from console.offboarding import lines
from console.password_links.invitations import InvitationsForm
from console.password_links.links import link_for
from console.password_links.mail import mail_invitation
from console.second_factors.models import remove_all

admin.site.unregister(Agent)


@admin.register(Agent)
class AgentWithOffboardingAdmin(AgentAdmin):
    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("invite/", view(self.invite), name="agents_agent_invite"),
            path("<int:pk>/offboarding/", view(self.offboarding), name="agents_agent_offboarding"),
            path("<int:pk>/password-link/", view(self.password_link), name="agents_agent_password_link"),
            path("<int:pk>/second-factors/", view(self.second_factors), name="agents_agent_second_factors"),
            *super().get_urls(),
        ]

    def offboarding(self, request, pk):
        """Show what will happen when the agent leaves; have them leave; show what has happened since."""
        agent = self._changeable_agent(request, pk)
        if request.method == "POST":
            return self._leave(request, agent)
        shown = (lines.before if agent.is_active else lines.after)(agent, request.user)
        context = {"lines": shown, "is_done": all(line.is_done for line in shown), "is_last": agent.is_last_admin}
        return self._page(request, "admin/offboarding.html", agent, _("Remove %s from the team") % agent, context)

    def password_link(self, request, pk):
        """Make a link by which an agent chooses a password: mail it, or show it once for the admin to pass on."""
        agent = self._changeable_agent(request, pk)
        context = {"can_mail": bool(settings.EMAIL_URL and agent.email)}
        if request.method == "POST" and agent.is_active:
            context |= {"is_made": True, "link": _invite(agent)}
        return self._page(request, "admin/password_link.html", agent, _("Invite %s") % agent, context)

    def second_factors(self, request, pk):
        """Show which second factors an agent has; remove them all, when they are lost."""
        agent = self._changeable_agent(request, pk)
        if request.method != "POST":
            context = {"factors": agent.second_factors.all()}
            return self._page(request, "admin/second_factors.html", agent, _("Second factor of %s") % agent, context)
        if removed := remove_all(agent):
            self.log_change(request, agent, _("Removed the second factor: %s.") % ", ".join(removed))
            self.message_user(request, _("The second factor is removed, and %s is logged out.") % agent)
        return redirect("admin:agents_agent_change", agent.pk)

    def invite(self, request):
        """Add many agents at once, and mail each a link to choose a password, or show the links."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = InvitationsForm(request.user, request.POST if request.method == "POST" else None)
        context = {"title": _("Invite people"), "opts": self.opts, "has_mail": bool(settings.EMAIL_URL), "form": form}
        if form.is_valid() and (added := form.save()):
            context["invited"] = [(agent, _invite(agent)) for agent in added]
        return render(request, "admin/invite.html", self.admin_site.each_context(request) | context)

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


def _invite(agent):
    """Mail a link to the agent; return the link where that is not possible, else ""."""
    if settings.EMAIL_URL and agent.email:
        mail_invitation.delay(agent.pk)
        return ""
    return link_for(agent)
