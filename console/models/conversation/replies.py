"""Replies of an agent or the bot.

A reply becomes one or more messages, and is sent once, however often a browser sends it.
"""

import logging
import re
import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from agents.compiled import Compiled, Given
from console.models.conversation import typing_dots
from console.models.conversation.checks import check_all_seen, check_failed
from console.models.conversation.messaging_window import MessagingWindow
from console.models.conversation.sending import Sending
from console.models.conversation.thread_order import STEP, next_moment
from console.models.message import quotes
from console.models.message.attachment import Attachment
from console.models.message.message import Message
from console.models.refusals import KeyInUse, UnseenBeforeReply
from console.wording import quick_replies as wording
from console.wording.stored import in_source_language
from messenger.text import parts

MOST_MESSAGES = 50  # more than any reply becomes
MOST_BREAKS = 20
BREAK = re.compile(r"^[ \t]*---[ \t]*$", re.MULTILINE)  # begins another message, as in canned-text.js

logger = logging.getLogger(__name__)


SAID = Compiled(
    lambda: Message.objects.filter(
        conversation=Given("conversation"), idempotency_key=Given("key"), is_by_bot=Given("is_by_bot")
    ).values_list("pk")
)


class Replies(MessagingWindow, Sending):
    """The slice of a Conversation that sends replies."""

    class Meta:
        abstract = True

    def send(
        self,
        author,
        text,
        idempotency_key,
        files=(),
        seen=None,
        reply_to=None,
        quick_replies="",
        stored=(),
        template=None,
    ):
        """Queue a reply: its files, then its text, a long one in parts. Return its messages.

        Without an author it is the bot's. The same idempotency key twice is the same reply.
        seen: the last message that the author has seen. A newer one of the customer keeps the reply back.
        reply_to: the key of the message that the reply quotes. The text quotes it, or else the first file.
        quick_replies: their titles, one in a line. They go out under the end of the text.
        stored: unsaved attachments whose files are stored already.
        template: as Facebook takes it, in place of a text; the file of one with a picture or video is among the files.
        """
        try:
            with Attachment.objects.storing(files) as attachments:
                texts, files = _messages_in(text) if author else [text], [*stored, *attachments]
                pieces = [_piece_of(template, files)] if template else _pieces(texts, files, quick_replies)
                return self._send(author, pieces, idempotency_key, seen, reply_to)
        except IntegrityError as error:
            if "console_message_idempotency_key_key" not in str(error):
                raise
            raise KeyInUse(_("Another message has this key: choose a new one for each.")) from error

    def _send(self, author, pieces, key, seen, reply_to):
        with self.changing():
            if known := self._said_under(key, author):  # even if somebody else holds the conversation by now
                return known
            self.check_held_by(author)
            check_all_seen(self, seen, UnseenBeforeReply)
            self.check_window(author)
            quoted = {_first_text(pieces): quotes.mid_of(self, reply_to)} if reply_to else {}
            at = next_moment(self)
            replies = [
                self._queue(author, _key(key, number), at + number * STEP, text, attachments, quoted.get(number, ""))
                for number, (text, attachments) in enumerate(pieces)
            ]
            self.note_reply()
            transaction.on_commit(lambda: typing_dots.stop(self.pk))
            self.deliver_later()
        return replies

    def retry(self, message, agent, template=None, seen=None):
        """Queue a failed or unknown message again. It moves to the end of the thread, where the customer will see it.

        Return whether it was queued: somebody else may have retried it a moment ago.
        template: in place of the one that was refused. Raises Refused if the message is not to be edited any more.
        seen: the last message that the agent has seen. A newer one of the customer keeps the reply back.
        """
        with self.changing() as revision:
            self.check_held_by(agent)
            check_all_seen(self, seen, UnseenBeforeReply)
            message.refresh_from_db(from_queryset=Message.objects.select_for_update())
            if template:
                check_failed(message)
            if can_retry := message.can_retry:
                self.check_window(agent)
                message.state, message.at, message.revision = Message.State.QUEUED, next_moment(self), revision
                message.attempts = message.forgotten_personas = 0
                message.next_attempt_at, message.error = None, ""
                message.author = agent  # the agent who sends it now: the persona of one who left stays gone
                message.save()
                if template:
                    Attachment.objects.replace_template(message, template)
                    with in_source_language():
                        self.note_last_words(message, message.words)
                if not message.is_automatic:  # which answers nobody
                    self.note_reply()
                self.deliver_later()
        return can_retry

    def _said_under(self, key, author):
        """Return the messages of a reply that was sent before under this key. Mostly there are none."""
        if not SAID(conversation=self.pk, key=uuid.UUID(str(key)), is_by_bot=author is None):
            return []
        said = self.messages.filter(is_by_bot=author is None)
        return list(said.filter(idempotency_key__in=[_key(key, number) for number in range(MOST_MESSAGES)]).in_order())

    def _queue(self, author, key, at, text, attachments, reply_to):
        message = Message.objects.queue(self, author, text, at, idempotency_key=key, reply_to=reply_to)
        known = {"message_id": message.pk, "conversation_id": self.pk, "page_id": self.page_id}
        logger.info("The message is queued", extra={"fields": known})
        for attachment in attachments:
            attachment.message = message
            attachment.save()
            if attachment.url:
                attachment.fetch_later()
        self.note_last_words(message, message.text or attachments[0].stored_words)
        return message


def _messages_in(text):
    """Return the texts of messages: lines of three dashes divide what an agent wrote."""
    return list(filter(None, map(str.strip, BREAK.split(text, MOST_BREAKS)))) or [text]


def _pieces(texts, files, quick_replies):
    """Return pairs of the text and the attachments of each message."""
    pieces = [("", [file]) for file in files] + [(part, []) for text in texts for part in parts(text)]
    if quick_replies and pieces[-1][0]:
        pieces[-1][1].append(Attachment(kind="quick_replies", payload=wording.to_facebook(quick_replies)))
    return pieces


def _piece_of(template, files):
    for file in files:
        file.card = 0
    return "", [Attachment(kind="template", payload=template), *Attachment.objects.pictures_of(template), *files]


def _first_text(pieces):
    """Return the number of the first message with a text; 0 if there are only files."""
    return next((number for number, (text, _attachments) in enumerate(pieces) if text), 0)


def _key(key, number):
    """Return the key of one message. The first has the key of the reply; the keys of the others are derived from it."""
    key = uuid.UUID(str(key))
    return uuid.uuid5(key, str(number)) if number else key
