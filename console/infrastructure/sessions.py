"""Sessions in the database. A malformed session cookie is treated as none."""

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.http import HttpRequest


class SessionStore(DatabaseSessionStore):
    def _validate_session_key(self, key):
        """Refuse keys with other characters than letters and digits, as PostgreSQL refuses queries with a NUL."""
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()


def agent_of(cookies):
    """Return the agent who is logged in with these cookies, or AnonymousUser. For code outside of Django's requests."""
    request = HttpRequest()
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    return get_user(request)
