from django import template
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from agents.names import plain
from console import activity_wording, attachment_words, wording
from console.links import linked
from console.models.handover import app_name
from personas import pictures

register = template.Library()
register.filter(app_name)
register.filter(linked)
register.filter(wording.why)
register.filter("activity_words", activity_wording.words)
register.filter("attachment_label", attachment_words.kind_name)
register.filter(wording.reason)
register.filter(wording.holder)


@register.filter
def initials(name):
    """One or two letters for the circle of somebody without a picture; a mark or an emoji where the name has none."""
    words = plain(str(name)).split()
    words = [word for word in words if word[0].isalnum()] or words[:1]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def hue(number):
    """One of eight colours for that circle, always the same for the same row."""
    return (number or 0) % 8


@register.filter
def hue_of(agent):
    """The colour of the picture that stands for an agent without one, here as beside their messages."""
    return pictures.colour_number(agent.public_name)


@register.filter
def moment(at):
    """The clock time; with the day where that is not today, and its year where that is not this one."""
    at, now = timezone.localtime(at), timezone.localtime()
    day = "" if at.date() == now.date() else "j M " if at.year == now.year else "j M Y "
    return formats.date_format(at, f"{day}H:i")


@register.filter
def in_hours(left):
    """5 hr 12 min, as local-time.js goes on to say it."""
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    minutes = _("%(minutes)s min") % {"minutes": minutes} if hours or minutes else _("<1 min")
    return _("%(hours)s hr") % {"hours": hours} + " " + minutes if hours else minutes
