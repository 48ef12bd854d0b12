"""Sessions in the database. A malformed session cookie is treated as none."""

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user, get_user_model
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from agents.compiled import Compiled, Given
from agents.session_age import LOGGED_IN_AT, MOVED_EVERY, end_of
from agents.sessions import SEEN_EVERY, Session
from console.infrastructure.devices import device_name

SECOND_FACTOR = "second_factor"  # in the session: its agent has shown one, or has just set one up
STORED = Compiled(
    lambda: Session.objects.with_requirement().filter(session_key=Given("key"), expire_date__gt=Given("now"))
)


class SessionStore(DatabaseSessionStore):
    """The session of a request. user_agent: as the browser names itself."""

    user_agent = ""
    row = None  # as it was read
    is_new_log_in = False

    @classmethod
    def get_model_class(cls):
        return Session

    @property
    def device(self):
        return device_name(self.user_agent)

    def __setitem__(self, key, value):
        """Note a log-in, by whichever door: Django's login() alone sets the agent."""
        super().__setitem__(key, value)
        if key == SESSION_KEY:
            super().__setitem__(LOGGED_IN_AT, timezone.now().timestamp())
            self.is_new_log_in = True

    @property
    def needs_second_factor(self):
        """Return whether a role of its agent needs a second factor."""
        return bool(self.row and self.row.needs_second_factor)

    @property
    def lacks_second_factor(self):
        return self.needs_second_factor and SECOND_FACTOR not in self

    def note_seen(self):
        """Note that the session is used, and by which browser, unless it was seen a moment ago."""
        if self.row and self.row.seen_at < timezone.now() - SEEN_EVERY:
            Session.objects.filter(pk=self.session_key).note_seen(device=self.device)
            self.row.seen_at = timezone.now()

    def note_act(self, at):
        """Move the end of the session, of which the agent did something at this moment."""
        end = end_of(self, at)
        if self.row and end > self.row.expire_date + MOVED_EVERY:
            Session.objects.filter(pk=self.session_key, expire_date__lt=end).update(expire_date=end)
            self.row.expire_date = end

    def flush(self):
        """End the session, and forget the row as it was read."""
        super().flush()
        self.row = None

    def create_model_instance(self, data):
        """Make the row. Values that change move the end of the session no more than a request does that reads them."""
        row: Session = super().create_model_instance(data)
        row.agent_id, row.device = data.get(SESSION_KEY), self.device
        is_known = self.row and not self.is_new_log_in
        row.expire_date = self.row.expire_date if is_known else end_of(data, timezone.now())
        return row

    def _validate_session_key(self, key):
        """Refuse keys with other characters than letters and digits, as PostgreSQL refuses queries with a NUL."""
        return super()._validate_session_key(key) and key.isascii() and key.isalnum()

    def _get_session_from_db(self):
        """Read the row of the session by a compiled query: every request does."""
        found = STORED(key=self.session_key, now=timezone.now())
        if not found:
            self._session_key = None
        self.row = found[0] if found else None
        return self.row


def agent_of(cookies):
    """Return the agent who is logged in with these cookies, or AnonymousUser, outside of Django's requests.

    Agents who still have to set up a second factor are nobody here.
    """
    request = HttpRequest()
    request.session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    agent = get_user(request)
    return AnonymousUser() if request.session.lacks_second_factor else agent


def ended_session(cookies):
    """Return the session of an agent that these cookies name and that has ended by its age, or None."""
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    ended = Session.objects.filter(agent__isnull=False, expire_date__lte=timezone.now())
    return ended.filter(pk=key).first() if SessionStore(key).session_key else None


def logged_in(session_keys):
    """Return {session key: agent} of the sessions whose agent is logged in. It takes two queries."""
    sessions = Session.objects.with_requirement().filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    decoded = [(session, session.get_decoded()) for session in sessions]
    stored = {one.pk: values for one, values in decoded if SECOND_FACTOR in values or not one.needs_second_factor}
    agents = get_user_model().objects.working().in_bulk([values.get(SESSION_KEY, 0) for values in stored.values()])
    found = {key: agents.get(int(values.get(SESSION_KEY, 0))) for key, values in stored.items()}
    return {key: agent for key, agent in found.items() if agent and _is_valid(stored[key], agent)}


def _is_valid(values, agent):
    """Return whether the agent's password is the one with which the session began."""
    hashes = [agent.get_session_auth_hash(), *agent.get_session_auth_fallback_hash()]
    return any(constant_time_compare(values.get(HASH_SESSION_KEY, ""), known) for known in hashes)
