"""Middleware of Django's views: language, log-in, the agent's identity and presence, response headers, refusals."""

import logging
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.db import DataError
from django.http import HttpResponse, HttpResponseBadRequest
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect, resolve_url
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from agents.session_age import acted_at, reason_of_end
from console.infrastructure.sessions import ended_session
from console.logs import ids
from console.wording.languages import language_of_browser
from personas.resource_shortage import StorageUnavailable

RETRY_AFTER = "10"  # s

logger = logging.getLogger(__name__)


class NoteAgent:
    """Note the agent in the logs of the request. Language asks for the agent anyway."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        if request.user.is_authenticated:
            ids.note(agent_id=request.user.pk)
        return self.get_response(request)


class Language(LocaleMiddleware):
    """Answer in the language that the agent has chosen, or else in the one that the browser asks for."""

    def __call__(self, request):
        with translation.override(settings.LANGUAGE_CODE):  # which the thread has again afterwards
            return super().__call__(request)

    def process_request(self, request):
        chosen = request.user.is_authenticated and request.user.language
        request.LANGUAGE_CODE = chosen or language_of_browser(request.headers.get("Accept-Language", ""))
        translation.activate(request.LANGUAGE_CODE)


class LoginRequired(LoginRequiredMiddleware):
    """Require a log-in. For an htmx request, load the log-in page instead of swapping it into the queue.

    After the log-in, a browser is sent to the page that it asked for, or where it was. The address of a verb is no
    page. A session that has ended by its age is explained there.
    """

    def handle_no_permission(self, request, view_func):
        if ended := ended_session(request.COOKIES):
            messages.info(request, reason_of_end(ended))
        log_in = resolve_url(self.get_login_url(view_func))
        if request.htmx:
            here = request.htmx.current_url_abs_path
            query = {self.get_redirect_field_name(view_func): here}
            return HttpResponseClientRedirect(f"{log_in}?{urlencode(query, safe='/')}" if here else log_in)
        if request.method not in ("GET", "HEAD"):
            return redirect(log_in)
        return super().handle_no_permission(request, view_func)


class SecondFactorRequired:
    """Let agents whose role needs a second factor do nothing but set one up, until their log-in has it."""

    SET_UP = {"second-factors", "add-app", "add-passkey", "recovery-codes", "logout"}

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request, view_func, _args, _kwargs):
        is_public = not getattr(view_func, "login_required", True)
        if is_public or not (request.user.is_authenticated and request.session.lacks_second_factor):
            return None
        if request.user.second_factors.exists():  # set up meanwhile, elsewhere
            logout(request)
            return self._send(request, "login")
        if request.resolver_match.view_name in self.SET_UP:
            return None
        return self._send(request, "second-factors")

    def _send(self, request, name):
        return HttpResponseClientRedirect(resolve_url(name)) if request.htmx else redirect(name)


class ReloadForOtherAgent:
    """Reload a page that was loaded by another agent: it must not act for the agent who is logged in now."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        agent, user = request.headers.get("X-Agent"), request.user
        if agent is None or not user.is_authenticated or agent == str(user.pk):
            return self.get_response(request)
        response = HttpResponseClientRefresh()
        response.status_code = 409
        return response


class NotePresence:
    """Note on each request that the agent is present, where, and whether they did something themselves.

    Without scripts, no live stream does.

    Agents who have never opened the console are left out: their presence is as set by hand.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        agent = request.user
        request.session.user_agent = request.headers.get("User-Agent", "")
        if agent.is_authenticated:
            request.session.note_seen()
            if at := acted_at(request.headers):
                request.session.note_act(at)
        if agent.is_authenticated and agent.last_seen_at and not request.session.lacks_second_factor:
            agent.note_online()
        return self.get_response(request)


class ResponseHeaders:
    """Response headers: no camera or location, but the microphone; no caching of an agent's pages; and X-Agent.

    A cached page could also come back as the fragment that htmx requested under the same address. X-Agent shows our
    scripts that an answer comes from the console and is for this agent, and is not from a proxy in between.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = "camera=(), microphone=(self), geolocation=()"
        if request.user.is_authenticated:
            response["X-Agent"] = str(request.user.pk)
            if not response.has_header("Cache-Control"):
                add_never_cache_headers(response)
        return response


class AnswerWithoutStorage:
    """Answer 503 with a sentence while the file storage does not answer. Browsers send a reply with a file again."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request, error):
        if not isinstance(error, StorageUnavailable):
            return None
        logger.error("%s", error)
        text = _("Files cannot be stored or shown at the moment. Try again in a minute.")
        return HttpResponse(
            text, status=503, headers={"Retry-After": RETRY_AFTER}, content_type="text/plain; charset=utf-8"
        )


class RefuseInvalidLists:
    """Answer 400 if an admin list is asked for a value that its column cannot hold, such as a NUL.

    Django's admin passes filters and selected rows to the database as they came, and answers 500.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request, error):
        match = request.resolver_match
        is_list = match.namespaces == ["admin"] and (match.url_name or "").endswith("_changelist")
        if is_list and isinstance(error, ValueError | OverflowError | DataError):
            logger.warning("An admin list could not be shown (%s)", type(error).__name__)
            text = _("This list cannot be shown: a filter in the address or a selected row is not valid.")
            return HttpResponseBadRequest(text, content_type="text/plain; charset=utf-8")
        return None
