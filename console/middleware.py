from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils.cache import add_never_cache_headers
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh


class LoginRequired(LoginRequiredMiddleware):
    """Whoever is logged out in an open tab goes to the log-in page, instead of getting it swapped into the queue."""

    def handle_no_permission(self, request, view_func):
        response = super().handle_no_permission(request, view_func)
        return HttpResponseClientRedirect(resolve_url(self.get_login_url(view_func))) if request.htmx else response


class PageOfAgent:
    """A page of somebody who was logged in here before does nothing in the name of whoever is now: it reloads."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        agent, user = request.headers.get("X-Agent"), request.user
        if agent is None or not user.is_authenticated or agent == str(user.pk):
            return self.get_response(request)
        response = HttpResponseClientRefresh()
        response.status_code = 409
        return response


class Seen:
    """Whoever works without scripts keeps no desk open: that they ask for pages shows that they are there.

    Who never had a desk open stays as they chose, and need not be seen at all.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        agent = request.user
        if agent.is_authenticated and agent.seen_at:
            agent.be_seen()
        return self.get_response(request)


class Headers:
    """No page of ours needs the camera, the microphone or the place; and what an agent sees is nobody else's.

    A page that a browser keeps would also come back as the fragment that htmx had asked for under the same address.
    X-Agent tells a page of ours that this answer is the console's, to its agent, and not that of a proxy in between.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if request.user.is_authenticated:
            response["X-Agent"] = str(request.user.pk)
            if not response.has_header("Cache-Control"):
                add_never_cache_headers(response)
        return response
