"""Facts about a customer: only what Facebook shows us, or what stands in the thread."""

from contextlib import suppress
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Max, Min
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from agents.roles import SEE_FIELDS
from console.models import CustomField
from console.models.activity import Kind

MOST_ACTIVITIES = 50
MOST_REFERRALS = 5


def facts(conversation, agent):
    """Return what the panel shows this agent of the customer beside its lists."""
    said = conversation.messages.filter(is_incoming=True)
    activities = conversation.activities.filter(kind__in=[Kind.REFERRAL, Kind.OPT_IN]).order_by("-at", "-pk")
    known = list(activities[:MOST_ACTIVITIES])
    return {
        "profile_problem": _profile_problem(conversation.customer),
        "language": _language(conversation.customer.locale),
        "time_zone": next(filter(_is_time_zone, [one.details.get("timezone") for one in known]), ""),
        "contacts": said.aggregate(first=Min("at"), last=Max("at")),
        "labels": conversation.customer.labels.all(),
        "fields": CustomField.objects.of(conversation.customer) if agent.has_perm(SEE_FIELDS) else [],
        "referrals": [one for one in known if one.kind == Kind.REFERRAL][:MOST_REFERRALS],
    }


def _profile_problem(customer):
    """Return why a customer has no name here; "" if they have one."""
    if customer.name:
        return ""
    if customer.refusals:
        return _("Facebook does not show us the profile of this customer.")
    if customer.profile_at:
        return _("Facebook gave us no name for this customer.")
    return _("Facebook has not given us the profile of this customer yet.")


def _language(locale):
    """Return the name of the language of a locale such as de_DE; its code if it has no name here."""
    if not locale:
        return ""
    try:
        return get_language_info(locale.replace("_", "-").lower())["name_translated"]
    except KeyError:
        return locale


def _is_time_zone(name):
    with suppress(ValueError, OSError, ZoneInfoNotFoundError):
        return bool(name) and bool(ZoneInfo(name))
    return False
