"""A message that was unsent is gone: from the thread, the row, the disk, and from everything that repeats its words.

The row of the message stays, empty. It says that something was unsent, and keeps out a message that comes afterwards.
"""

import json

from django.utils.translation import gettext as _

from console.models.bot_event.bot_event import BotEvent, is_for_bot_to_answer
from console.models.conversation.summary import without
from console.models.conversation.transitions import MAX_REQUEST
from console.models.handover import Cause
from console.models.message.message import Message
from messenger import events

QUOTED = 12  # characters; a shorter text stands in a bot's own words by chance
REPEATING = {"note", "summary", "metadata"}  # fields of a bot event that repeat what was said


def unsend(conversation, message, revision):
    """Empty the message, under the conversation's lock."""
    copies = Copies(message)
    _take_off_the_row(conversation, message, copies)
    message.attachments.discard()
    message.text = message.payload = message.reaction = ""
    message.is_partial = False
    message.earlier_texts, message.is_deleted, message.revision = [], True, revision
    message.save()
    conversation.messages.filter(reply_to=message.mid).update(revision=revision)
    conversation.end_wait_for(message)
    _take_out_of_handovers(conversation, copies, revision)
    _take_out_of_bot_events(conversation, message, copies)


class Copies:
    """The words of one message, wherever they were repeated."""

    def __init__(self, message):
        files = message.attachments.all()
        told = [file.words for file in files if file.words != file.kind_name]
        self.texts = [text for text in (message.text, *message.earlier_texts, *told) if text]

    def are_all_of(self, words, length):
        """Return whether these words are the beginning of the message, cut at this length."""
        return bool(words) and words in {text[:length] for text in self.texts}

    def take_out_of(self, words):
        """The same words without the message's."""
        for text in self.texts:
            words = without(words, text)
            words = words.replace(text, _("(unsent)")) if len(text) >= QUOTED else words
        return words

    def take_out_of_all(self, value, name=""):
        """The same for the fields of a bot event that repeat what was said."""
        if isinstance(value, dict):
            return {name: self.take_out_of_all(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [self.take_out_of_all(part) for part in value]
        if name not in REPEATING or not isinstance(value, str):
            return value
        return "" if self.are_all_of(value, MAX_REQUEST) else self.take_out_of(value)


def _take_off_the_row(conversation, message, copies):
    """The last words and the unread count. Unread are the messages that came last, however many they are."""
    is_last = conversation.last_at is not None and message.at >= conversation.last_at
    if is_last or copies.are_all_of(conversation.last_words, 200):
        conversation.last_words = _("Message unsent")
    conversation.note_unsent_question(message)


def _take_out_of_handovers(conversation, copies, revision):
    """The words that called a person, and those in the summaries for and by the bot."""
    for handover in conversation.handovers.exclude(note="", summary=""):
        note, summary = handover.note, copies.take_out_of(handover.summary)
        if handover.cause == Cause.ASKED and copies.are_all_of(note, MAX_REQUEST):
            note = ""
        elif handover.cause == Cause.HANDED_OVER:
            note = copies.take_out_of(note)
        if (note, summary) != (handover.note, handover.summary):
            conversation.handovers.filter(pk=handover.pk).update(note=note, summary=summary, revision=revision)
            conversation.publish_change(is_listed=True, has_other_headline=True)


def _take_out_of_bot_events(conversation, message, copies):
    for bot_event in BotEvent.objects.filter(conversation=conversation):
        body = events.redact(bot_event.body, message.mid)
        parsed = json.loads(body)
        shorter = copies.take_out_of_all(parsed)
        body = body if shorter == parsed else events.serialize(shorter).decode()
        if body != bot_event.body:
            has_words = bot_event.has_words and any(map(is_for_bot_to_answer, events.parse(body.encode())))
            BotEvent.objects.filter(pk=bot_event.pk).update(body=body, has_words=has_words)


def remember(conversation, event, at, revision):
    """Keep an empty row for an unsent message that has not come yet, or never will."""
    is_ours = isinstance(event, events.Echo)
    return Message.objects.create(
        conversation=conversation,
        page_id=conversation.page_id,
        mid=event.mid,
        is_incoming=not is_ours,
        state=Message.State.SENT if is_ours else Message.State.RECEIVED,
        at=at,
        sent_at=at,
        is_deleted=True,
        revision=revision,
    )
