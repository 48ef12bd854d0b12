"""The lists of the panel, the newest entries first. Each list shows a few entries; Show more adds others."""

from typing import NamedTuple

from django.db.models import F, Q
from django.shortcuts import get_object_or_404

from console.models import Attachment, Note
from console.models.message.attachment import FILES

MOST_FILES, MOST_NOTES = 12, 5
SHOWN = [kind for kind in FILES if kind != "sticker"]


class Part(NamedTuple):
    """Some rows of a list, and the key of the last of them if there are more."""

    rows: list
    more: int | None = None


def part_of(rows, most, before=None):
    """Return the newest rows of a queryset that has `place_at`. before: the key of the row to continue after."""
    if before:
        last = get_object_or_404(rows, pk=before)
        rows = rows.filter(Q(place_at__lt=last.place_at) | Q(pk__lt=last.pk), place_at__lte=last.place_at)
    found = list(rows.order_by("-place_at", "-pk")[: most + 1])
    return Part(found[:most], found[most - 1].pk if len(found) > most else None)


def files(conversations, before=None):
    """Return the pictures and files that the customer of these conversations sent and that we have a copy of."""
    sent = Attachment.objects.filter(message__conversation__in=conversations, message__is_incoming=True, kind__in=SHOWN)
    shown = sent.exclude(media_type="").filter(card=None).select_related("message").annotate(place_at=F("message__at"))
    found = part_of(shown, MOST_FILES, before)
    for attachment in found.rows:
        attachment.other = other_of(conversations, attachment.message.conversation_id)
    return found


def notes(conversations, before=None):
    """Return the notes of colleagues, except those that were deleted."""
    noted = Note.objects.for_thread().filter(conversation__in=conversations, is_deleted=False)
    found = part_of(noted.annotate(place_at=F("at")), MOST_NOTES, before)
    for note in found.rows:
        note.other = other_of(conversations, note.conversation_id)
    return found


def other_of(conversations, pk):
    """Return the conversation with this key, or None if it is the first: that one stands beside the panel."""
    return next((one for one in conversations[1:] if one.pk == pk), None)
