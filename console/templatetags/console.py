from django import template
from django.utils.html import format_html
from django.utils.translation import gettext as _

from agents.names import plain
from console import __version__
from console.entry_html import entry_html
from console.links import linked
from console.models.holder import app_name
from console.models.mention import mention_name
from console.wording import activities, attachments, handovers, holders, notes, saved_views, shortcuts, verbs
from console.wording.message_parts import Parts
from console.wording.moments import moment
from console.wording.stored import last_words, translated
from personas import pictures

register = template.Library()
register.filter(app_name)
register.filter(linked)
register.filter(entry_html)
register.filter(moment)
register.filter(translated)
register.filter(last_words)
register.filter(handovers.sentence)
register.filter(handovers.why)
register.filter(handovers.explanation)
register.filter(handovers.quotation)
register.filter(handovers.done)
register.filter("reason_in_row", handovers.in_row)
register.filter("notice", handovers.in_notice)
register.filter("holder_in_row", holders.in_row)
register.filter("activity_words", activities.words)
register.filter(activities.door_label)
register.filter("view_words", saved_views.words)
register.filter(activities.door_address)
register.filter("note_text", notes.text)
register.filter(mention_name)
register.filter("attachment_label", attachments.kind_name)
register.filter("verb_label", verbs.label)


@register.filter
def indented(text):
    """Indent each line, so that none can look like one of ours that begins a message."""
    return "\n".join(f"    {line}" for line in str(text).splitlines())


@register.filter
def model_name(row):
    return row._meta.model_name


@register.filter
def parts(message):
    return Parts(message)


@register.simple_tag(takes_context=True)
def shortcut(context, name, others=""):
    """Return the attributes of a button, link or tab with a key, if the agent has shortcuts switched on."""
    key = shortcuts.key_of(context["user"], name)
    known = f"{key} {others}".strip()
    title = format_html(' title="{}"', _("Key: %(key)s") % {"key": key}) if key else ""
    return format_html('aria-keyshortcuts="{}"{}', known, title) if known else ""


@register.simple_tag(takes_context=True)
def key(context, name):
    return shortcuts.key_of(context["user"], name)


@register.simple_tag
def version():
    return __version__


@register.filter
def initials(name):
    """Return one or two letters for somebody without a picture; the first character for a name without letters."""
    words = plain(str(name)).split()
    words = [word for word in words if word[0].isalnum()] or words[:1]
    return "".join(word[0] for word in words[:2]).upper()


@register.filter
def hue(number):
    """Return one of eight colours for somebody without a picture, always the same for the same row."""
    return (number or 0) % 8


@register.filter
def hue_of(agent):
    """Return the colour for an agent without a picture, the same as on the picture of the agent's persona."""
    return pictures.colour_number(agent.public_name)


@register.filter
def in_hours(left):
    """Return a time such as “5 hr 12 min”, in the words of local-time.js, which keeps it up to date."""
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    minutes = _("%(minutes)s min") % {"minutes": minutes} if hours or minutes else _("<1 min")
    return _("%(hours)s hr") % {"hours": hours} + " " + minutes if hours else minutes
