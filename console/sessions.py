"""Sessions in the database. A cookie that cannot be a session's is as good as none, whatever it holds."""

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.http import HttpRequest


class SessionStore(DatabaseSessionStore):
    def _validate_session_key(self, key):
        """PostgreSQL refuses a NUL, even in a question."""
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()


def agent_of(cookies):
    """Return whoever is logged in with these cookies, for what stands beside Django; AnonymousUser if nobody is."""
    request = HttpRequest()
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    return get_user(request)
