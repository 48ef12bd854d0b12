"""Sessions in the database. A cookie that cannot be a session's is as good as none, whatever it holds."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    def _validate_session_key(self, key):
        """PostgreSQL refuses a NUL, even in a question."""
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()
