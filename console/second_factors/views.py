"""The pages of second factors: the step of the log-in that asks for one, and the page on which agents set them up."""

from axes.helpers import get_lockout_response
from django import forms
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agents.views import Login
from console.infrastructure.sessions import SECOND_FACTOR
from console.second_factors import challenge, passkeys, totp
from console.second_factors.models import SecondFactor, accept_code, make_recovery_codes

NEW_SECRET = "new_app"  # noqa: S105  (the name under which the session keeps the key of an app that is being added)


class CodeForm(forms.Form):
    code = forms.CharField(max_length=40, required=False)
    credential = forms.CharField(max_length=passkeys.MOST_CHARACTERS, required=False)


class PasskeyForm(forms.Form):
    name = forms.CharField(max_length=60, required=False)
    credential = forms.CharField(max_length=passkeys.MOST_CHARACTERS)


class LoginInTwoSteps(Login):
    """The log-in of everybody. The password alone logs in nobody who has a second factor."""

    def form_valid(self, form):
        agent = form.get_user()
        if not agent.second_factors.exists():
            return super().form_valid(form)
        challenge.begin(self.request, agent, leads_to=self.get_success_url())
        return redirect("second-step")


login = LoginInTwoSteps.as_view()


@login_not_required
def admin_login(request):
    """Send everybody to the one log-in: Django's own for the administration would ask for the password alone."""
    if request.user.is_authenticated:
        return redirect("admin:index" if request.user.is_staff else "conversations")
    return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index")))


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def second_step(request):
    """Ask for a second factor, after the password was right."""
    agent = challenge.pending_agent(request)
    if agent is None:
        return redirect("login")
    if request.method == "GET":
        return _ask(request, agent)
    if not challenge.may_try(request, agent):
        return get_lockout_response(request, {"username": agent.get_username()})
    if _is_accepted(request, agent):
        return redirect(challenge.complete(request, agent))
    challenge.note_failure(request, agent)
    return _ask(request, agent, problem=_("This did not work. Use the newest code: each works once."))


def _is_accepted(request, agent):
    form = CodeForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    if given.get("credential"):
        return passkeys.accept_passkey(request, agent, given["credential"])
    return accept_code(agent, given.get("code", ""))


def _ask(request, agent, problem=""):
    context = {"options": passkeys.begin_authentication(request, agent), "problem": problem}
    context["has_app"] = agent.second_factors.apps().exists()
    return render(request, "registration/second_step.html", context, status=422 if problem else 200)


@require_GET
def second_factors(request):
    """Show the agent's own second factors, or how to set up the first."""
    return _page(request)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def add_app(request):
    """Add an authenticator app, once it shows the right code."""
    if request.method == "GET":
        request.session[NEW_SECRET] = totp.new_secret()
        return _show_app(request)
    secret = request.session.get(NEW_SECRET, "")
    step = totp.step_of(secret, "".join(filter(str.isdecimal, request.POST.get("code", "")[:40])))
    if step is None:
        return _show_app(request, problem=_("This is not the code that the app shows now."))
    del request.session[NEW_SECRET]
    return _added(request, _save_app(request.user, secret, step))


@require_POST
def add_passkey(request):
    form = PasskeyForm(request.POST)
    given = form.cleaned_data if form.is_valid() else {}
    name = given.get("name") or request.session.device or _("Passkey")
    return _added(request, given and passkeys.register(request, given["credential"], name[:60]))


@require_POST
def remove(request, pk):
    """Remove one of the agent's own. The recovery codes and all other log-ins go with the last one."""
    with transaction.atomic():
        SecondFactor.objects.lock(request.user)
        factor = get_object_or_404(request.user.second_factors, pk=pk)
        factor.delete()
        if is_last := not request.user.second_factors.exists():
            request.user.recovery_codes.all().delete()
            _log_out_elsewhere(request)
    if is_last:
        request.session.pop(SECOND_FACTOR, None)
    messages.success(request, _("%s is removed.") % factor)
    return redirect("second-factors")


@require_POST
def recovery_codes(request):
    """Make new recovery codes, and show them once."""
    if not request.user.second_factors.exists():
        return redirect("second-factors")
    return _page(request, codes=make_recovery_codes(request.user))


def _save_app(agent, secret, step):
    """Keep the app. The code by which it was added does not work again."""
    try:
        with transaction.atomic():
            return SecondFactor.objects.add(agent, kind=SecondFactor.Kind.APP, secret=secret, counter=step)
    except IntegrityError:
        return None  # another tab has added one


def _added(request, factor):
    """Say so. With the first one, show recovery codes, and log out where none was asked for."""
    if not factor:
        messages.error(request, _("Nothing was added. Try again."))
        return redirect("second-factors")
    if not factor.is_first:
        messages.success(request, _("%s is added.") % factor)
        return redirect("second-factors")
    request.session[SECOND_FACTOR] = True
    if request.session.needs_second_factor:
        request.user.come_back()  # now that they may answer customers
    _log_out_elsewhere(request)
    return _page(request, codes=make_recovery_codes(request.user))


def _log_out_elsewhere(request):
    request.user.sessions.exclude(pk=request.session.session_key).log_out()


def _show_app(request, problem=""):
    secret = request.session.get(NEW_SECRET) or totp.new_secret()
    request.session[NEW_SECRET] = secret
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    context = {"secret": grouped, "picture": totp.picture(secret, request.user.get_username()), "problem": problem}
    return render(request, "second_factors/add_app.html", context, status=422 if problem else 200)


def _page(request, codes=()):
    context = {
        "factors": request.user.second_factors.all(),
        "codes": codes,
        "codes_left": request.user.recovery_codes.count(),
        "options": passkeys.begin_registration(request),
        "is_required": request.session.needs_second_factor,
    }
    return render(request, "second_factors/index.html", context)
