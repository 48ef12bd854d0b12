"""The ages of a session: how long it lasts without an act of its agent, and how long after the log-in at most.

Pages, live streams, uploads and devices all look at `expire_date` alone. It is the earlier of the two ends, and moves
when the agent does something. Requests that a desk sends by itself, for changed rows or pictures, are no acts.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LOGGED_IN_AT = "logged_in_at"  # s since 1970, beside the values of Django
MOVED_EVERY = timedelta(minutes=1)  # the end of a session is written at most so often
MOST_IDLE = 8  # digits


def acted_at(headers):
    """Return when the agent of this request last did something, or None where it tells nothing about that.

    Our scripts send the seconds since the last key or touch. Without them, a browser says that it asks for a page.
    """
    idle, now = headers.get("X-Idle"), timezone.now()
    if idle is None:
        return now if "text/html" in headers.get("Accept", "") else None
    is_number = idle.isascii() and idle.isdecimal() and len(idle) <= MOST_IDLE
    return now - timedelta(seconds=int(idle)) if is_number else None


def end_of(values, acted_at):
    """Return when a session with these values ends whose agent last acted then. Nobody's session has but one age."""
    idle = acted_at + timedelta(minutes=settings.SESSION_IDLE_MINUTES)
    return min(idle, _last_end(values)) if SESSION_KEY in values else idle


def reason_of_end(session):
    """Say why the log-in of this session ended."""
    if session.expire_date >= _last_end(session.get_decoded()):
        hours = settings.SESSION_HOURS
        text = ngettext(
            "You were logged out because your log-in was %(hours)s hour old. Your drafts are kept.",
            "You were logged out because your log-in was %(hours)s hours old. Your drafts are kept.",
            hours,
        )
        return text % {"hours": hours}
    text = _("You were logged out because nothing was done here for %(minutes)s minutes. Your drafts are kept.")
    return text % {"minutes": settings.SESSION_IDLE_MINUTES}


def _last_end(values):
    began = datetime.fromtimestamp(values.get(LOGGED_IN_AT, 0), UTC)
    return began + timedelta(hours=settings.SESSION_HOURS)
