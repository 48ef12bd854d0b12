"""The unsending of a message: its content is removed from the thread, the queue, the disk, and every copy of its words.

The row of the message stays, empty. It shows that something was unsent, and keeps out a message that comes afterwards.
"""

import json

from django.utils.translation import gettext_noop as _

from console.models.bot_event.bot_event import BotEvent
from console.models.bot_event.relay import is_for_bot_to_answer
from console.models.conversation.stored_messages import unmark_tap
from console.models.conversation.summary import without
from console.models.conversation.transitions import MAX_REQUEST
from console.models.handover.cause import Cause
from messenger import events

QUOTED = 12  # characters; a shorter text may be part of a bot's own words by chance
REPEATING = {"note", "summary", "metadata"}  # fields of a bot event that repeat messages


def unsend(conversation, message):
    """Empty the message, under the conversation's lock."""
    copies, revision = Copies(message), conversation.revision
    conversation.note_unsent_words(message, copies.texts)
    conversation.note_unsent_question(message)
    unmark_tap(conversation, message)
    message.attachments.discard()
    _remove_reaction(message)
    message.text = message.payload = message.reaction = ""
    message.is_partial = False
    message.earlier_texts, message.is_deleted, message.revision = [], True, revision
    message.save()
    conversation.messages.filter(reply_to=message.mid).update(revision=revision)
    conversation.end_wait_for(message)
    _remove_from_handovers(conversation, copies)
    _remove_from_bot_events(conversation, message, copies)


class Copies:
    """The words of one unsent message, to be removed from the places that repeat them."""

    def __init__(self, message):
        files = message.attachments.all()
        names = [file.words for file in files if file.words != file.kind_name]
        self.texts = [text for text in (message.text, *message.earlier_texts, *names) if text]

    def are_all_of(self, words, length):
        """Return whether these words are the beginning of the message, cut at this length."""
        return bool(words) and words in {text[:length] for text in self.texts}

    def remove_from(self, words):
        """Return these words without those of the message."""
        for text in self.texts:
            words = without(words, text)
            words = words.replace(text, _("(unsent)")) if len(text) >= QUOTED else words
        return words

    def remove_from_all(self, value, name=""):
        """Return the body of a bot event without the message's words in the fields that repeat messages."""
        if isinstance(value, dict):
            return {name: self.remove_from_all(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [self.remove_from_all(part) for part in value]
        if name not in REPEATING or not isinstance(value, str):
            return value
        return "" if self.are_all_of(value, MAX_REQUEST) else self.remove_from(value)


def _remove_reaction(message):
    if hasattr(message, "page_reaction"):
        message.page_reaction.delete()


def _remove_from_handovers(conversation, copies):
    """Remove the words from the reasons and the summaries of handovers."""
    revision = conversation.revision
    for handover in conversation.handovers.exclude(note="", summary=""):
        note, summary = handover.note, copies.remove_from(handover.summary)
        if handover.cause == Cause.ASKED and copies.are_all_of(note, MAX_REQUEST):
            note = ""
        elif handover.cause == Cause.HANDED_OVER:
            note = copies.remove_from(note)
        if (note, summary) != (handover.note, handover.summary):
            conversation.handovers.filter(pk=handover.pk).update(note=note, summary=summary, revision=revision)
            conversation.publish_change(is_listed=True, has_other_headline=True)


def _remove_from_bot_events(conversation, message, copies):
    for bot_event in BotEvent.objects.filter(conversation=conversation):
        body = events.redact(bot_event.body, message.mid)
        parsed = json.loads(body)
        shorter = copies.remove_from_all(parsed)
        body = body if shorter == parsed else events.serialize(shorter).decode()
        if body != bot_event.body:
            has_words = bot_event.has_words and any(map(is_for_bot_to_answer, events.parse(body.encode())))
            BotEvent.objects.filter(pk=bot_event.pk).update(body=body, has_words=has_words)
