"""The page of an agent's own profile: who customers see, the password, and the devices where they are logged in."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agents.models import Agent
from console.infrastructure.sessions import logged_in
from console.profile.forms import PasswordForm, ProfileForm
from personas.models import Page

MOST_DEVICES = 50  # on the page


@require_http_methods(["GET", "POST"])
def profile(request):
    if request.method == "GET":
        return _page(request)
    if not request.user.may_change_profile:
        raise Http404
    form = ProfileForm(request.POST, request.FILES, instance=_own_row(request))
    if not form.is_valid():
        return _page(request, form=form)
    form.save()
    messages.success(request, _("Saved. Customers see it from your next message on."))
    return redirect("profile")


@require_GET
def preview(request):
    """Render the persona that would come of the words in the form."""
    names = {name: request.GET.get(name, "")[:150] for name in ("first_name", "last_name")}
    agent = Agent(pk=request.user.pk, username=request.user.username, picture=request.user.picture, **names)
    return render(request, "profile/_persona.html", _persona(request, agent))


@require_POST
@sensitive_post_parameters()
def change_password(request):
    """Change the password, and log out everywhere else. This browser gets a new session, with its device."""
    form = PasswordForm(request, request.POST)
    if not form.is_valid():
        return _page(request, password_form=form)
    this = request.user.push_subscriptions.filter(session=request.session.session_key)
    devices = list(this.values_list("pk", flat=True))
    update_session_auth_hash(request, form.save())
    request.user.push_subscriptions.filter(pk__in=devices).update(session=request.session.session_key)
    _others(request).log_out()
    messages.success(request, _("Your password is changed, and you are logged out on all other devices."))
    return redirect("profile")


@require_POST
def log_out(request, public_id):
    """Log out on another device, which may be lost."""
    session = next((one for one in _others(request) if one.public_id == public_id), None)
    if session is None:
        raise Http404
    session.log_out()
    messages.success(request, _("%s is logged out.") % session)
    return redirect("profile")


@require_POST
def log_out_others(request):
    _others(request).log_out()
    messages.success(request, _("You are logged out on all other devices."))
    return redirect("profile")


def _page(request, form=None, password_form=None):
    context = {
        "form": form or ProfileForm(instance=_own_row(request)),
        "password_form": password_form or PasswordForm(request),
        "sessions": _sessions(request),
        "settings": settings,
        **_persona(request, request.user),
    }
    return render(request, "profile/index.html", context, status=422 if form or password_form else 200)


def _persona(request, agent):
    return {"agent": agent, "page": Page.objects.open_to(request.user).first()}


def _own_row(request):
    """Return the agent once more, because a form changes its row also where it is refused."""
    return Agent.objects.get(pk=request.user.pk)


def _sessions(request):
    """Return where the agent is logged in, this browser first."""
    valid = request.user.sessions.filter(expire_date__gt=timezone.now())
    known = logged_in([session.pk for session in valid])
    sessions = [session for session in valid if session.pk in known][:MOST_DEVICES]
    for session in sessions:
        session.is_this = session.pk == request.session.session_key
        if session.is_this:
            session.device = request.session.device
    return sorted(sessions, key=lambda session: not session.is_this)


def _others(request):
    return request.user.sessions.exclude(pk=request.session.session_key)
