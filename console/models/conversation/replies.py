"""What an agent says: one reply, in as many messages as it takes."""

import uuid
from datetime import timedelta

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from console.models.conversation import typing_dots
from console.models.message.attachment import Attachment
from console.models.message.message import Message
from messenger.text import parts

MOST_MESSAGES = 50  # more than any reply takes


class KeyInUse(Exception):
    """The idempotency key belongs to a message of another conversation or author; the text is a sentence for people."""


class Replies:
    """The part of a Conversation that speaks."""

    def send(self, author, text, key, files=()):
        """Queue a reply: its files, then its text, a long one in parts; each is a message. Returns these.

        Without an author it is the bot that says it. The same key twice is the same reply.
        """
        try:
            return self._say(author, text, key, files)
        except IntegrityError as error:
            if "console_message_key_key" not in str(error):
                raise
            raise KeyInUse(_("Another message has this key: choose a new one for each.")) from error

    def _say(self, author, text, key, files):
        with self.changing() as revision:
            if known := self._said_under(key, author):  # whoever holds it by now: it was said
                return known
            self._must_be_held_by(author)
            self._must_be_answerable(author)
            pieces = [("", file) for file in files] + [(part, None) for part in parts(text)]
            replies = [
                self._queue(self._reply(author, text, revision, self._next_moment()), _key(key, number), file)
                for number, (text, file) in enumerate(pieces)
            ]
            self.waiting_since, self.unread, self.answer_by, self.is_new = None, 0, None, False
            transaction.on_commit(lambda: typing_dots.stop(self.pk))
            self.deliver_later()
        return replies

    def retry(self, message, agent):
        """Queue again what failed or may not have arrived. It moves to the end: there the customer will see it."""
        with self.changing() as revision:
            self._must_be_held_by(agent)
            message.refresh_from_db(from_queryset=Message.objects.select_for_update())
            if message.can_retry:
                self._must_be_answerable(agent)
                message.state, message.at, message.revision = Message.State.QUEUED, self._next_moment(), revision
                message.attempts = message.forgotten_personas = 0
                message.next_attempt_at, message.error = None, ""
                message.author = agent  # whoever says it now: a face that has left stays gone
                message.save()
                self.deliver_later()

    def _said_under(self, key, author):
        """Return the messages of a reply that was sent before under this key. Nearly always there are none."""
        said = self.messages.filter(is_by_bot=author is None)
        if not said.filter(key=key).exists():
            return []
        return list(said.filter(key__in=[_key(key, number) for number in range(MOST_MESSAGES)]).in_order())

    def _queue(self, reply, key, file):
        message = Message.objects.create(key=key, **reply)
        attachment = file and Attachment.objects.keep(message, file)
        self._note_last(message, attachment.words if file else message.text)
        return message

    def _reply(self, author, text, revision, at):
        return {
            "conversation": self,
            "page_id": self.page_id,
            "author": author,
            "is_by_bot": author is None,
            "is_incoming": False,
            "state": Message.State.QUEUED,
            "text": text,
            "at": at,
            "revision": revision,
        }

    def _next_moment(self):
        """Now, and after all that was said before: a reply stands behind its question, whatever the clocks say."""
        last = self.messages.aggregate(last=models.Max("at"))["last"]
        before = [moment + timedelta(milliseconds=1) for moment in (last, self.held_since) if moment]
        return max([timezone.now(), *before])


def _key(key, number):
    """Of each message of a reply: the first has the reply's own, the others have theirs from it."""
    key = uuid.UUID(str(key))
    return uuid.uuid5(key, str(number)) if number else key
