"""Lock log-ins after too many wrong passwords."""

import ipaddress

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum

MOST_OF_NAME = 255  # characters
HOUSEHOLD = 64  # bits: one customer of a provider has a whole IPv6 network of this size


class Throttle(AxesDatabaseHandler):
    """Lock a name at an address after a few wrong passwords, and the address for all names after many."""

    def is_locked(self, request, credentials=None):
        return super().is_locked(request, credentials) or _failures_from_address(request) >= settings.MOST_FAILURES


def client_username(request, credentials=None):
    """Return the name that was tried, cut to the length of the column."""
    return str((credentials or request.POST).get("username") or "")[:MOST_OF_NAME]


def client_address(request):
    """Return the client's address as the proxies gave it; None if it is not a valid address."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    network = ipaddress.IPv6Network((int(address), HOUSEHOLD), strict=False)
    return str(address.ipv4_mapped or network.network_address)


def _failures_from_address(request):
    recent = AccessAttempt.objects.filter(
        ip_address=request.axes_ip_address, attempt_time__gt=get_cool_off_threshold(request)
    )
    return recent.aggregate(sum=Sum("failures_since_start"))["sum"] or 0
