"""Merge messages of Facebook's history into a thread: before all that is there, each once, in Facebook's order.

Webhooks bring new messages at the same time. A message that is not older than the first of the thread is left to them.
"""

from django.db.models import Min, Q
from django.utils import timezone

from console.models.conversation.thread_order import CLOCKS_DIFFER, STEP, moment_of
from console.models.message.attachment import Attachment
from console.models.message.message import Message


def merge(conversation, past):
    """Store those of these messages that are older than the thread, the newest first, under the thread's lock."""
    ends = _ends(conversation.messages)
    older = [one for one in past if one.is_shown and _is_older(moment_of(one.at), **ends)]
    known = Message.objects.filter(page=conversation.page_id, mid__in=[one.mid for one in older])
    new = without(older, set(known.values_list("mid", flat=True)))
    moments = places([moment_of(one.at) for one in new], ends["place"] or timezone.now())
    pairs = [_stored(conversation, one, at) for one, at in zip(new, moments, strict=True)]
    Message.objects.add(pairs[::-1])


def without(past, known):
    """Return the messages whose ids are not known yet, each once."""
    return list({one.mid: one for one in reversed(past) if one.mid not in known}.values())[::-1]


def places(moments, ceiling):
    """Return a place in the thread for each of these moments, the newest first, all before the ceiling."""
    found = []
    for moment in moments:
        ceiling = min(moment, ceiling - STEP)
        found.append(ceiling)
    return found


def _ends(messages):
    """Return the place where the thread begins, and by Facebook's clock when it begins with and without its history."""
    is_imported = Q(is_imported=True)
    said_at = {"first_at": Min("sent_at", filter=~is_imported), "imported_at": Min("sent_at", filter=is_imported)}
    return messages.aggregate(place=Min("at"), **said_at)


def _is_older(moment, place, first_at, imported_at):
    """Return whether the message was said before the thread begins. Facebook's history has whole seconds."""
    apart = (place or timezone.now()) - CLOCKS_DIFFER
    begins_at = first_at.replace(microsecond=0) if first_at else apart
    return moment < begins_at and (imported_at is None or moment <= imported_at)


def _stored(conversation, past, at):
    """Return the unsaved message, and its attachments."""
    is_incoming = past.sender_id != conversation.page.page_id
    message = Message(
        conversation=conversation,
        page_id=conversation.page_id,
        mid=past.mid,
        is_incoming=is_incoming,
        is_imported=True,
        state=Message.State.RECEIVED if is_incoming else Message.State.SENT,
        text=past.text,
        reply_to=past.reply_to,
        at=at,
        sent_at=moment_of(past.at),
        revision=conversation.revision,
    )
    return message, [one for part in past.attachments for one in Attachment.objects.from_event(part)]
