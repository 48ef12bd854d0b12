"""One POST to a bot. Only the status of the answer counts, and only if it comes in time."""

import threading
from contextlib import suppress

import requests
import urllib3

from console.infrastructure import http_deadline

TIMEOUT = 5  # s for the whole answer, as long as Facebook waits
CONNECT_TIMEOUT = 3.05  # s
MOST_READ = 65_536  # bytes of an answer

_connections = threading.local()


class NotTaken(Exception):
    """The bot did not accept the event; the text says why."""


class NoConnection(NotTaken):
    """The bot's server cannot be reached."""


def post(address, body, headers):
    """Send the body to the bot. Raises NotTaken if the bot does not accept it."""
    headers = {"Content-Type": "application/json", **headers}
    options = {"timeout": (CONNECT_TIMEOUT, TIMEOUT), "allow_redirects": False, "stream": True}
    try:
        with _session().post(address, data=body, headers=headers, **options) as answer:
            _skip(answer)
    except requests.Timeout:
        raise NotTaken(f"no answer in {TIMEOUT} s") from None
    except (requests.RequestException, OSError, ValueError, MemoryError) as error:
        raise NoConnection(f"no connection ({type(error).__name__})") from None
    if not 200 <= answer.status_code < 300:
        raise NotTaken(f"HTTP {answer.status_code}")


def _skip(answer):
    """Read the answer to its end, so that the connection can be kept."""
    with suppress(urllib3.exceptions.HTTPError, OSError):
        answer.raw.read(MOST_READ)


def _session():
    """Return this thread's session, which keeps its connections open."""
    if not hasattr(_connections, "session"):
        _connections.session = http_deadline.session()
    return _connections.session
