"""The push services of browsers: no other address is ever called, because an address comes from a browser."""

import re
from urllib.parse import urlsplit

from django.conf import settings

ADDRESS = re.compile(r"[!-~]+")  # no spaces, no control characters: servers and libraries read those differently
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")  # no empty labels, no percent signs: libraries differ in them
LOOPBACK = {"127.0.0.1", "localhost"}


def is_push_service(endpoint):
    """Return whether this address belongs to a push service of PUSH_HOSTS.

    Only https on its usual port is called. The exception is a push service of a test on this machine.
    """
    try:
        parts = urlsplit(endpoint)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return False
    is_plain = bool(ADDRESS.fullmatch(endpoint)) and "\\" not in endpoint and "@" not in parts.netloc
    is_plain = is_plain and bool(HOST.fullmatch(host))
    is_safe = (parts.scheme == "https" and port in (None, 443)) or (parts.scheme == "http" and host in LOOPBACK)
    return is_plain and is_safe and any(_is_of(host, allowed) for allowed in settings.PUSH_HOSTS)


def _is_of(host, allowed):
    """Return whether a host is the allowed one, or with a dot in front one below it."""
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed
