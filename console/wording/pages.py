"""Problems of a Page in words, for the agents who answer on it."""

from django.utils.translation import gettext as _

from console.models.refusals import DISCONNECTED
from console.wording.stored import translated


def problem(page):
    """Return why nothing can be sent on this Page now, as a sentence; "" when all is well."""
    names = {"page": page, "why": translated(page.why_paused)}
    if page.is_disconnected:
        return DISCONNECTED
    if page.is_paused:
        return _("%(page)s is not sending right now. %(why)s Replies wait, and are sent when this is over.") % names
    if page.state == page.State.FAILING:
        return _("%(page)s cannot send: its connection to Facebook does not work. Ask an admin to fix it.") % names
    return ""
