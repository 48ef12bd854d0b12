"""Process echoes: messages of the Page, sent by us, by another app, or by a person in the Page Inbox.

Our messages are found by their id, or by our key. An id that Facebook's history gave us may turn out to be the id of
the same words from elsewhere. And one key may have two echoes, if a call took effect after it was made again. Then the
customer has two messages, and so has the thread.
"""

import uuid

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from console.models.conversation import stored_messages
from console.models.conversation.automated_responses import PAGE_INBOX_APP, is_automatic
from console.models.conversation.outcomes import Outcome, OutOfOrder
from console.models.conversation.thread_order import moment_of
from console.models.holder import Holder
from console.models.message.message import Message
from messenger import events

SAID_ELSEWHERE = _("The same was sent from elsewhere at that time, and nothing shows that this one arrived too.")
SAME_IN_BOTH = ("author", "persona", "sent_as_page_because", "is_by_bot", "is_automatic")  # of a message sent twice


def process_echo(conversation, event):
    with conversation.changing(is_listed=not _is_known_as_sent(conversation, event)):
        message = find_ours(conversation, event)
        if message is None:
            return _process_from_elsewhere(conversation, event)
        if is_second(event, message):
            _store_second(conversation, message, event)
        elif message.is_deleted:
            return Outcome.UNSENT
        else:
            _confirm(conversation, message, event)
    return Outcome.PROCESSED


# Ours


def find_ours(conversation, event):
    """Return our message that the echo is about, or None."""
    thread, key = conversation.thread, key_of(event)
    thread.read(filter(None, [event.mid, key]))
    known, ours = thread.find_own(event.mid), key and thread.find_own(key)
    if known and known.is_imported:
        return ours
    if known and _is_of_another(known, ours):
        _take_back(conversation, known)
        return ours
    return known or ours


def _is_known_as_sent(conversation, event):
    """Return whether the echo adds nothing to its message: then the queue's row stays as it is."""
    known = event.mid and conversation.thread.find_own(event.mid)
    return known and known.state in Message.GONE and known.unknown_since is None and not known.is_imported


def is_second(event, message):
    """Return whether the message has its echo already, and this is the echo of a second one."""
    return message.mid != event.mid and message.sent_at is not None


def _is_of_another(known, ours):
    """Return whether the echo is not about the message with its id.

    After a call without an answer, Facebook's history may have given us the id of another message. An echo of our
    message brings back the key that we sent with it. An echo without a key is of somebody else, such as a bot with our
    app's token.
    """
    is_id_certain = known.unknown_since is None or known.sent_at
    return not is_id_certain and ours != known


def _take_back(conversation, message):
    """Let the author decide about a message that may not have arrived: the messages behind it are sent already."""
    conversation.thread.flush()
    message.state, message.mid, message.next_attempt_at = Message.State.UNKNOWN, None, None
    message.error, message.revision = str(SAID_ELSEWHERE), conversation.revision
    message.save()


def _confirm(conversation, message, event):
    """Note that Facebook has our message."""
    message.mid, message.sent_at, message.revision = event.mid, moment_of(event.at), conversation.revision
    if message.state in Message.UNSENT:
        message.state, message.error, message.next_attempt_at = Message.State.SENT, "", None
    conversation.thread.confirm(message)


def _store_second(conversation, first, event):
    """Store the second message of a call that was made again and took effect both times."""
    same = {name: getattr(first, name) for name in SAME_IN_BOTH}
    message = _store(conversation, event, reply_to=event.reply_to, **same)
    conversation.note_last_words(message, stored_messages.words_of(message, event))
    conversation.thread.show_receipts()


def key_of(event):
    """Return our key that the echo brings back, or None."""
    try:
        return uuid.UUID(event.metadata)
    except ValueError:
        return None


# From elsewhere


def _process_from_elsewhere(conversation, event):
    """Store a message of people elsewhere, or of the bot, which uses our app's token or is an app of its own."""
    if _may_be_ours(conversation, event):
        raise OutOfOrder("One of our own sends is still without an answer; this may be its echo.")
    stored = conversation.thread.find(event.mid)
    if stored and not stored.may_complete:
        return Outcome.UNSENT if stored.is_deleted else Outcome.ALREADY_STORED
    is_by_bot = _is_by_bot(conversation, event)
    source = "" if is_by_bot or is_of_our_app(event) else event.app_id or PAGE_INBOX_APP
    is_auto = is_automatic(conversation, source, moment_of(event.at))
    by = {"source": source, "is_by_bot": is_by_bot, "is_automatic": is_auto}
    if stored:
        message = stored_messages.complete(conversation, stored, event, reply_to=event.reply_to, text=event.text, **by)
    else:
        message = _store(conversation, event, reply_to=event.reply_to, **by)
    if not is_auto:
        conversation.note_last_words(message, stored_messages.words_of(message, event))
        _note_answer(conversation, message)
    if is_by_bot and event.is_standby:
        conversation.note_bot_speaks()
    conversation.thread.show_receipts()
    return Outcome.PROCESSED


def _may_be_ours(conversation, event):
    """Return whether an echo without our key may be the echo of a message whose id we do not know yet."""
    return is_of_our_app(event) and conversation.thread.is_being_sent


def is_of_our_app(event):
    """Return whether a message was sent by our app: by us, or by a bot with our app's token."""
    return isinstance(event, events.Echo) and bool(event.app_id) and event.app_id == settings.FACEBOOK_APP_ID


def _is_by_bot(conversation, event):
    is_of_bots_app = bool(event.app_id) and event.app_id == conversation.rules.bot_app_id
    return conversation.rules.has_bot and (is_of_our_app(event) or is_of_bots_app)


def _note_answer(conversation, message):
    """Note that the customer got an answer. A message of the bot is none if people have been called for."""
    if message.source:
        conversation.note_answer_elsewhere(message.source)
    if not message.is_by_bot or conversation.holder == Holder.BOT:
        conversation.note_echoed_answer(message)


def _store(conversation, event, **fields):
    sent = {"is_incoming": False, "state": Message.State.SENT, "text": event.text}
    return stored_messages.store(conversation, event, event.mid, **sent, **fields)
