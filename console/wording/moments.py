"""Moments in words: "tomorrow 9" or "in 2 hours" as agents write them, "1 Dec 14:00" as they read them."""

import re
import zoneinfo
from datetime import UTC
from functools import cache, lru_cache

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

LANGUAGES = ["en", "de"]
LAST_YEAR = 9998  # of a moment that can be shown in every time zone
DAYS = r"today|tomorrow|\w+day|heute|morgen|\w+tag|mittwoch"
# dateparser takes a lone number for a day of the month.
# Hours pass as the clocks are put forward or back; days begin by the clock.
IN_HOURS = re.compile(r"^in\b.*(?<![a-z])(h|hrs?|hours?|min\w*|std|stunden?)\b", re.IGNORECASE)
LONE_HOUR = re.compile(rf"^((?:.*\b(?:{DAYS}))?)\s*(?:at|um)?\s*\b([01]?\d|2[0-3])(?:\s*uhr)?$", re.IGNORECASE)


def moment(at):
    """Return the time of day, with the day unless it is today, and with the year unless it is this one."""
    return _moment(timezone.localtime(at).replace(second=0, microsecond=0), timezone.localdate(), get_language())


@lru_cache(4096)
def _moment(minute, today, language):
    if minute.date() == today:
        return formats.date_format(minute, "H:i")
    return formats.date_format(minute, _("j M H:i") if minute.year == today.year else _("j M Y H:i"))


def moment_of(words, zone):
    """Return the moment that these words name in a time zone, the next of several; None if they name none."""
    import dateparser  # here, for it takes half a second, and few processes need it

    zone = UTC if IN_HOURS.match(words.strip()) else zone
    now = timezone.localtime(timezone=zone).replace(tzinfo=None)
    settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future"}
    try:
        found = dateparser.parse(LONE_HOUR.sub(r"\1 \2:00", words.strip()), languages=LANGUAGES, settings=settings)
        at = found and (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(
            timezone.get_default_timezone()
        )
    except (ValueError, OverflowError):  # such as the year 10000
        return None
    return at if at and at.year <= LAST_YEAR else None


def zone_of(name):
    """Return the time zone of this name, or the console's where there is none."""
    return zoneinfo.ZoneInfo(name) if name in _names() else timezone.get_default_timezone()


@cache
def _names():
    return zoneinfo.available_timezones()
