"""Confirmation before dangerous acts: whoever finds an open desk does not know its agent's password.

The page that asks carries the whole form of the act, which goes on once the agent has confirmed. Files alone have to be
chosen again.
"""

import time

from django.conf import settings
from django.contrib.auth import authenticate
from django.shortcuts import render
from django.utils.translation import gettext as _

from agents.session_age import LOGGED_IN_AT
from console.second_factors import passkeys

CONFIRMED_AT = "confirmed_at"  # s since 1970, in the session
PASSWORD, CREDENTIAL = "confirm_password", "confirm_passkey"
NOT_REPEATED = {PASSWORD, CREDENTIAL, "csrfmiddlewaretoken"}
APPS = ("admin:agents_", "admin:auth_", "admin:personas_", "admin:console_apikey_")  # people, roles, Pages, keys
ACTS = {
    *["admin:console_conversation_erase", "admin:console_conversation_export"],
    *["log-out-device", "log-out-others"],
    *["add-app", "add-passkey", "remove-second-factor", "recovery-codes"],
}


class ConfirmationRequired:
    """Ask for the password, or a passkey, before a dangerous act if the log-in is some time ago."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, _view_func, _args, _kwargs):
        if request.method != "POST" or not request.user.is_authenticated or not _is_dangerous(request.resolver_match):
            return None
        if _is_confirmed(request.session):
            return None
        is_answer = PASSWORD in request.POST or request.POST.get(CREDENTIAL)
        if is_answer and _accepts(request):
            request.session[CONFIRMED_AT] = time.time()
            return None
        return _ask(request, problem=_("This was not right. Try again.") if is_answer else "")


def _is_dangerous(match):
    return match.view_name in ACTS or match.view_name.startswith(APPS)


def _is_confirmed(session):
    latest = max(session.get(LOGGED_IN_AT, 0), session.get(CONFIRMED_AT, 0))
    return latest > time.time() - 60 * settings.CONFIRM_MINUTES


def _accepts(request):
    """Return whether the answer is the agent's. A wrong password counts as a failed log-in."""
    if PASSWORD not in request.POST:
        return passkeys.accept_passkey(request, request.user, request.POST[CREDENTIAL])
    given = {"username": request.user.get_username(), "password": request.POST[PASSWORD]}
    return authenticate(request, **given) == request.user


def _ask(request, problem):
    fields = [(name, value) for name in request.POST for value in request.POST.getlist(name)]
    context = {
        "fields": [(name, value) for name, value in fields if name not in NOT_REPEATED],
        "has_files": bool(request.FILES),
        "options": passkeys.begin_authentication(request, request.user, "required"),  # a key may be left plugged in
        "problem": problem,
    }
    return render(request, "registration/confirm.html", context, status=403)
