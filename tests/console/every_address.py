"""Every address of the console, and one of each thing that an address may name."""

import re
import uuid
from datetime import timedelta

from django.urls import URLResolver, get_resolver

from console.models import (
    Attachment,
    CannedFile,
    CannedReply,
    CustomField,
    Message,
    Note,
    SavedTemplate,
    SavedView,
    ScheduledReply,
)
from personas.models import Persona

BUTTONS = {"template_type": "button", "text": "Green?", "buttons": []}


def routes(patterns, before=""):
    """Every address of the console, with its parameters still in it."""
    for pattern in patterns:
        route = before + re.sub(r"[\^$?]|\\Z", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


ROUTES = sorted(set(routes(get_resolver().url_patterns)))


def address_of(route, world):
    """The address of something that is there."""

    def value(found):
        name = found[1].rpartition(":")[2]
        before = route[: found.start()].strip("/").rpartition("/")[2]
        return str(world.get(name) or world.get(before) or world["agents"])

    return "/" + re.sub(r"<([^>]+)>", value, route)


def everything(conversation, ana, author):
    """Make one of each thing that an address may name. author: of what an agent writes."""
    bluebird = conversation.page
    message = Message.objects.create(
        conversation=conversation,
        page=bluebird,
        is_incoming=True,
        state="received",
        at=conversation.held_since,
        revision=1,
    )
    canned = CannedReply.objects.create(shortcut="hello", text="Hello", author=author)
    return {
        "conversations": conversation.pk,
        "messages": message.pk,
        "notes": Note.objects.create(conversation=conversation, author=author, text="Hi", at=message.at, revision=1).pk,
        "handovers": conversation.handovers.get().pk,
        "attachments": Attachment.objects.create(message=message, kind="image").pk,
        "customers": conversation.customer_id,
        "agents": ana.pk,
        "pages": bluebird.pk,
        "canned-replies": canned.pk,
        "saved": SavedTemplate.objects.create(name="Teas", payload=BUTTONS, author=author).pk,
        "views": SavedView.objects.create(name="Teas", author=author).pk,
        "failed": _failed_template(conversation).pk,
        "scheduled-replies": _scheduled_reply(conversation, author).pk,
        "fields": CustomField.objects.create(name="Order").pk,
        "files": CannedFile.objects.create(canned_reply=canned, title="a.pdf", size=1, file="canned-files/none").pk,
        "personas": Persona.objects.create(agent=ana, page=bluebird, name="Ana R.").pk,
        "psid": conversation.customer.psid,
        "key": uuid.UUID(int=1),
    }


def _failed_template(conversation):
    known = {"page": conversation.page, "is_incoming": False, "state": "failed", "at": conversation.held_since}
    message = conversation.messages.create(**known, revision=1)
    Attachment.objects.create(message=message, kind="template", payload=BUTTONS)
    return message


def _scheduled_reply(conversation, author):
    own = {"text": "Bye", "at": conversation.held_since + timedelta(hours=1), "seen": 0, "revision": 1}
    return ScheduledReply.objects.create(conversation=conversation, author=author, **own)
