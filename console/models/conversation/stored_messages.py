"""Messages that came by webhook, stored in the thread whoever wrote them. All of it happens under the row's lock."""

from console.models.conversation.thread_order import moment_of, place
from console.models.message.attachment import Attachment
from console.models.message.message import Message
from messenger import events


def lock(conversation, **fields):
    """Return the conversation's message with these fields, and keep workers from sending it meanwhile."""
    return conversation.messages.select_for_update().filter(**fields).first()


def store_incoming(conversation, event, mid, **fields):
    """Store a message of the customer's."""
    return store(conversation, event, mid, is_incoming=True, state=Message.State.RECEIVED, **fields)


def store(conversation, event, mid, **fields):
    """Store the message of an event at its place in the thread, with its attachments."""
    said_at = moment_of(event.at)
    message = Message(
        conversation=conversation,
        page_id=conversation.page_id,
        mid=mid,
        at=place(conversation, said_at),
        sent_at=said_at,
        revision=conversation.revision,
        **fields,
    )
    conversation.thread.add(message, _attachments_of(event))
    if conversation.last_at and message.at < conversation.last_at:
        conversation.thread.show_in_replies(message)
    return message


def store_unsent(conversation, event):
    """Store an empty message for one that was unsent before it came, or is older than the console."""
    is_ours, said_at = isinstance(event, events.Echo), moment_of(event.at)
    Message.objects.create(
        conversation=conversation,
        page_id=conversation.page_id,
        mid=event.mid,
        is_incoming=not is_ours,
        state=Message.State.SENT if is_ours else Message.State.RECEIVED,
        at=said_at,
        sent_at=said_at,
        is_deleted=True,
        revision=conversation.revision,
    )


def attach(message, event):
    """Store the attachments of an event; workers fetch their files."""
    for attachment in _attachments_of(event):
        attachment.message = message
        attachment.save()
        attachment.fetch_later()


def words_of(message, event):
    """Return the message in one line: its text, or the names of its attachments."""
    names = [attachment.words for attachment in _attachments_of(event)]
    return message.text or ", ".join(names)


def wait_for_answer(conversation, message, event):
    """Let the customer wait for an answer to the message of an event."""
    conversation.note_last_words(message, words_of(message, event))
    conversation.note_question(message.at)
    conversation.choose_holder(message.text, message.payload)


def _attachments_of(event):
    return [Attachment.objects.from_event(part) for part in getattr(event, "attachments", ())]
