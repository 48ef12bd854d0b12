"""The pages on which somebody asks for a new password, and chooses one by a link."""

from axes.utils import reset
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agents.saving import SavesPasswordAlone
from agents.throttle import client_address
from console.infrastructure import hourly_limit
from console.password_links.links import tokens
from console.password_links.mail import mail_reset

MOST_OF_CLIENT, MOST_OF_ADDRESS = 20, 3  # requests an hour


class AddressForm(forms.Form):
    address = forms.EmailField(max_length=254)


@login_not_required
@require_http_methods(["GET", "POST"])
def reset_password(request):
    """Mail a link. The answer is the same whether or not an agent has the address, and beyond the limits."""
    if not settings.EMAIL_URL:
        raise Http404
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        address = form.cleaned_data["address"].lower()
        if _may_ask(client_address(request), MOST_OF_CLIENT) and _may_ask(address, MOST_OF_ADDRESS):
            mail_reset.delay(address)
        return render(request, "registration/reset_password.html", {"is_done": True})
    return render(request, "registration/reset_password.html", {"form": form}, status=422 if form.is_bound else 200)


class NewPasswordForm(SavesPasswordAlone, SetPasswordForm):
    pass


class ChoosePassword(PasswordResetConfirmView):
    """The page behind a link. It keeps the token in the session, and redirects to an address without it."""

    form_class = NewPasswordForm
    template_name = "registration/choose_password.html"
    success_url = reverse_lazy("login")
    token_generator = tokens

    def get_user(self, uidb64):
        agent = super().get_user(uidb64)
        return agent if agent and agent.is_active else None

    def form_valid(self, form):
        """Save the password, and end all log-ins of the agent: one of them may be a stranger's.

        Wrong passwords from before do not lock out the agent any more.
        """
        super().form_valid(form)
        reset(username=self.user.get_username())
        self.user.sessions.all().log_out()
        messages.success(self.request, _("Your password is set: log in with it."))
        return redirect("login")


choose_password = ChoosePassword.as_view()


def _may_ask(who, most):
    """Count a request of a client or for an address; return whether it is within the limit."""
    return hourly_limit.is_within(f"reset-password-{who}", most)
