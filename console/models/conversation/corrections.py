"""Process corrections of a message: a reaction, an edit, its unsending. Each may overtake the message."""

from collections import Counter

from console.models.conversation import stored_messages, unsending
from console.models.conversation.outcomes import Outcome, OutOfOrder
from console.models.conversation.thread_order import moment_of


def process_reaction(conversation, event):
    """Show a reaction at its message. It waits for the echo of a message of ours, which may yet get another id."""
    with conversation.changing() as revision:
        message = stored_messages.lock(conversation, mid=event.mid)
        if message is None:
            raise OutOfOrder(f"The message {event.mid} has not come yet.")
        if not message.is_id_settled:
            raise OutOfOrder(f"The echo of the message {event.mid} has not come yet.")
        _react(conversation, message, event, revision)
    return Outcome.PROCESSED


def process_late_reaction(conversation, event):
    """Show a reaction that has waited long enough for an echo. Return None if its message is not there either."""
    with conversation.changing() as revision:
        message = stored_messages.lock(conversation, mid=event.mid)
        if message is None:
            return None
        _react(conversation, message, event, revision)
    return Outcome.PROCESSED


def _react(conversation, message, event, revision):
    if event.emoji:
        conversation.note_customer_activity(moment_of(event.at))
    if event.at >= message.reaction_at and not message.is_deleted:
        message.reaction, message.reaction_at, message.revision = event.emoji[:64], event.at, revision
        message.save()


def process_edit(conversation, event):
    with conversation.changing():
        message = stored_messages.lock(conversation, mid=event.mid)
        if message is None:
            if is_emptying(event):
                raise OutOfOrder(f"The message {event.mid} has not come yet.")
            _store_edited(conversation, event)
        elif message.is_deleted:
            return Outcome.UNSENT
        elif event.at > message.edited_at and event.text != message.text:
            _edit(conversation, message, event)
    return Outcome.PROCESSED


def is_emptying(event):
    """Return whether an edit leaves nothing to show or to answer until its message comes."""
    return not event.text.strip()


def process_unsending(conversation, event):
    """Empty the message, however old it is. A message that has not come yet is ignored when it comes."""
    with conversation.changing():
        message = stored_messages.lock(conversation, mid=event.mid)
        if message is None:
            stored_messages.store_unsent(conversation, event)
        elif not message.is_deleted:
            unsending.unsend(conversation, message)
    return Outcome.UNSENT


def _store_edited(conversation, event):
    """Store the new text of a message that has not come, or is older than the console. Nobody has read it yet."""
    edited = {"text": event.text, "edited_at": event.at, "is_partial": True}
    message = stored_messages.store_incoming(conversation, event, event.mid, **edited)
    stored_messages.wait_for_answer(conversation, message, event)


def _edit(conversation, message, event):
    message.earlier_texts.append(message.text)
    message.text, message.edited_at, message.revision = event.text, event.at, conversation.revision
    message.save()
    conversation.note_last_words(message, message.words)
    conversation.messages.filter(reply_to=event.mid).update(revision=conversation.revision)
    if conversation.is_snoozed and has_new_words(message):
        conversation.note_snooze_end(is_unseen=True)


def has_new_words(message):
    """Return whether the last edit says more than before. Words that are only taken away, or spaced, are no news."""
    known = Counter(message.earlier_texts[-1].split())
    return message.is_incoming and bool(Counter(message.text.split()) - known)
