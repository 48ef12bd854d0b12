from django import template
from django.utils.translation import gettext as _

from console import activity_wording, wording
from console.models.attachment import label_of
from console.models.handover import app_name

register = template.Library()
register.filter(app_name)
register.filter(wording.why)
register.filter("activity_words", activity_wording.words)
register.filter("attachment_label", label_of)
register.filter(wording.reason)
register.filter(wording.holder)


@register.filter
def initials(name):
    """Two letters for the circle of somebody without a picture."""
    return "".join(word[0] for word in str(name).split()[:2]).upper()


@register.filter
def hue(number):
    """One of eight colours for that circle, always the same for the same row."""
    return (number or 0) % 8


@register.filter
def in_hours(left):
    """5 hr 12 min, as local-time.js goes on to say it."""
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    minutes = _("%(minutes)s min") % {"minutes": minutes} if hours or minutes else _("<1 min")
    return _("%(hours)s hr") % {"hours": hours} + " " + minutes if hours else minutes
