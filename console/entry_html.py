"""Entries of a thread as HTML. A process renders an entry once, and again when something that it shows has changed.

Notes and scheduled replies are not kept: they show buttons to their author alone.
"""

from hashlib import sha256

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language

from console.infrastructure.kept_html import KeptHtml

MOST = 16_000_000  # bytes
TEMPLATES = {
    "message": "messages/_message.html",
    "handover": "handovers/_handover.html",
    "activity": "activities/_activity.html",
}

kept = KeptHtml(MOST)


def entry_html(entry, conversation):
    """Return a message, a handover or an activity as HTML, the same for all agents who see the conversation."""
    kind = entry._meta.model_name
    shown = [kind, *_around(conversation), *SHOWN[kind](entry)]
    context = {kind: entry, "conversation": conversation}
    key = sha256(repr(shown).encode()).digest()
    return kept.of(key, lambda: render_to_string(TEMPLATES[kind], context))


def _around(conversation):
    """Return the values that every entry depends on: the names in its conversation, and today's date."""
    page = conversation.page
    names = [conversation.pk, str(conversation), str(page), page.bot_name]
    return [*names, timezone.localdate(), get_language()]


def _message(message):
    """Return the values that the HTML of a message depends on. A message with the form of Retry is not kept."""
    persona, author, reaction = message.persona, message.author, getattr(message, "page_reaction", None)
    yield from _columns(message)
    yield [_columns(attachment) for attachment in message.attachments.all()]
    yield persona and (persona.name, bool(persona.picture))
    yield author and author.public_name
    yield reaction and (_columns(reaction), reaction.agent.public_name)


def _handover(handover):
    yield from _columns(handover)
    yield [row and str(row) for row in (handover.by, handover.from_agent, handover.to_agent, handover.to_team)]


def _columns(row):
    """Return the values of all columns of a row, and of the annotations that were read with them."""
    return [value for name, value in vars(row).items() if name[0] != "_"]


SHOWN = {"message": _message, "handover": _handover, "activity": _columns}
