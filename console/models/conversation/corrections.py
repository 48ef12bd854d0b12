"""What a customer changes of what was said: reactions, edits, unsending. Any of them may overtake its message."""

from datetime import UTC, datetime
from enum import Enum

from django.utils import timezone

from console.models.conversation.thread_order import place
from console.models.conversation.unsending import remember, unsend


class NotHereYet(Exception):
    """The event is about a message that has not come. Events overtake each other: read it again later."""


class Heard(Enum):
    """What an event was to a conversation."""

    NEWS = "news"
    KNOWN = "known"  # words that are there already: whom they were for had them
    PARTLY = "partly"  # a message of which there was nothing but an edit
    UNSENT = "unsent"  # about a message that was unsent: nobody may keep what it says


class Corrections:
    """The part of a Conversation that changes what was said."""

    def hear_of(self, reaction):
        """It opens the window, whatever it is about; taking one back opens nothing."""
        if reaction.emoji:
            with self.changing():
                self.note_customer_activity(moment_of(reaction.at))

    def _note_reaction(self, event):
        with self.changing() as revision:
            message = self._known(event.mid)
            if event.emoji:
                self.note_customer_activity(moment_of(event.at))
            if event.at >= message.reaction_at and not message.is_deleted:
                message.reaction, message.reaction_at, message.revision = event.emoji[:64], event.at, revision
                message.save()

    def _note_edit(self, event):
        with self.changing() as revision:
            message = self._find(mid=event.mid)
            if message is None:
                return self._begin_with_edit(event, revision)
            if message.is_deleted:
                return Heard.UNSENT
            if event.at > message.edited_at and event.text != message.text:
                message.earlier_texts.append(message.text)
                message.text, message.edited_at, message.revision = event.text, event.at, revision
                message.save()
                self.note_last_words(message, message.text)
                self.messages.filter(reply_to=event.mid).update(revision=revision)

    def _begin_with_edit(self, event, revision):
        """Of a message from before the console, or one that is still to come: nobody has seen these words yet."""
        new = {"text": event.text, "edited_at": event.at, "is_partial": True}
        self._count_in(self._add(event, event.mid, revision, is_incoming=True, **new), event.text)

    def _complete(self, message, event, attachments, revision, text, **said):
        """The message itself comes after its edit: what it said at first is the earlier text."""
        message.earlier_texts.insert(0, text)
        message.sent_at = moment_of(event.at)
        message.at = place(self, message.sent_at, moved=message)
        for name, value in said.items():
            setattr(message, name, value)
        message.is_partial, message.revision = False, revision
        message.save()
        self._attach(message, attachments)
        self._come_in_by(event, message, revision)
        self._doubt_answers(message, revision)
        return Heard.NEWS

    def _unsend(self, event):
        """Also before the message comes, or long after: it is remembered."""
        with self.changing() as revision:
            message = self._find(mid=event.mid)
            if message is None:
                remember(self, event, moment_of(event.at), revision)
            elif not message.is_deleted:
                unsend(self, message, revision)
        return Heard.UNSENT

    def _known(self, mid):
        message = self._find(mid=mid)
        if message is None:
            raise NotHereYet(f"The message {mid} has not come yet.")
        return message


def moment_of(ms):
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else timezone.now()
