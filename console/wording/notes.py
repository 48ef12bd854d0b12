"""The text of a note as colleagues read it."""

from django.utils.html import format_html, format_html_join

from console.links import linked
from console.models.mention import mention_pattern


def text(note):
    """Return the text as HTML, with links and with its mentions marked."""
    agents = [mention.agent for mention in note.mentions.all()]
    if not agents:
        return linked(note.text)
    between, *rest = mention_pattern(agents).split(note.text)
    pieces = [linked(between)]
    for name, between in zip(rest[::2], rest[1::2], strict=True):
        pieces += [format_html("<mark>@{}</mark>", name), linked(between)]
    return format_html_join("", "{}", ([piece] for piece in pieces))
