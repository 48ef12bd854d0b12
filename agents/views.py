from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout as end_session
from django.contrib.auth.views import LoginView, LogoutView
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agents.absence import AwayForm
from agents.models import Agent
from agents.preferences import PreferencesForm
from agents.rights import OnlyAdmin
from agents.roles import Role


class Login(LoginView):
    redirect_authenticated_user = True
    extra_context = {"has_mail": bool(settings.EMAIL_URL)}

    def get_redirect_url(self):
        """Return the page to go on to; "" for this page itself, to which Django would redirect without end."""
        url = super().get_redirect_url()
        return "" if urlsplit(url).path == self.request.path else url

    def form_valid(self, form):
        """Log in. Agents who still have to set up a second factor come back once they have."""
        agent = cast(Agent, form.get_user())
        if not Role.objects.filter(user=agent, requires_second_factor=True).exists():
            agent.come_back()
        return super().form_valid(form)


class Logout(LogoutView):
    def post(self, request, *args, **kwargs):
        agent = request.user
        response = super().post(request, *args, **kwargs)
        if isinstance(agent, Agent):
            agent.log_out()  # after the session has ended: no request of it can make them present again
        return response


logout = Logout.as_view()


@require_POST
def go_away(request):
    form = AwayForm(request.POST)
    request.user.go_away(**(form.cleaned_data if form.is_valid() else {}))
    return presence(request)


@require_POST
def come_back(request):
    request.user.come_back()
    return presence(request)


def presence(request):
    return render(request, "agents/_presence.html") if request.htmx else redirect("conversations")


@require_POST
def preferences(request):
    form = PreferencesForm(request.POST)
    if form.is_valid():
        request.user.choose(**form.cleaned_data)
    return redirect("conversations")


@require_http_methods(["GET", "POST"])
def leave(request):
    """End the agent's own work. Ask for confirmation first, because their persona is deleted."""
    if request.method == "GET":
        return render(request, "agents/leave.html")
    try:
        request.user.leave()
    except OnlyAdmin:
        messages.error(request, _("You are the only admin: make somebody else one before you leave."))
        return redirect("leave")
    end_session(request)
    return redirect("login")
