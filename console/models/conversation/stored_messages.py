"""Store messages that came by webhook in the thread, of customers and of the Page. The caller holds the row's lock."""

from console.models.conversation.thread_order import moment_of, place
from console.models.message.attachment import Attachment, words_of_all
from console.models.message.message import Message
from messenger import events

FEW = 20  # messages before a tap among which its button is looked for, or taps after a message that came late


def lock(conversation, **fields):
    """Return the conversation's message with these fields, and keep workers from sending it meanwhile."""
    return conversation.messages.select_for_update().filter(**fields).first()


def store_incoming(conversation, event, mid, **fields):
    """Store a message of the customer."""
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
        _mark_earlier_taps(conversation, message, event)
    if message.payload or isinstance(event, events.Postback):
        _mark_tap(conversation, message)
    return message


def store_unsent(conversation, event):
    """Store an empty message for an unsent one that never came, or is older than the console."""
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


def complete(conversation, message, event, **fields):
    """Complete a message whose webhook comes only now, and move it to its place."""
    conversation.thread.flush()
    message.sent_at = moment_of(event.at)
    message.at = place(conversation, message.sent_at, moved=message)
    for name, value in fields.items():
        setattr(message, name, value)
    message.is_partial, message.is_imported, message.revision = False, False, conversation.revision
    message.save()
    _attach(message, event)
    conversation.thread.flush()  # the message has another place now
    return message


def _attach(message, event):
    """Store the attachments of an event, in place of those from Facebook's history; workers fetch their files."""
    message.attachments.all().discard()
    for attachment in _attachments_of(event):
        attachment.message = message
        attachment.save()
        attachment.fetch_later()


def words_of(message, event):
    """Return the message in one line: its text, or the names of its attachments."""
    return message.text or words_of_all(_attachments_of(event))


def wait_for_answer(conversation, message, event):
    """Let the customer wait for an answer to the message of an event."""
    conversation.note_last_words(message, words_of(message, event))
    conversation.note_question(message.at)
    conversation.choose_holder(message.text, message.payload)


# Taps: the button of an earlier message that the customer tapped is marked under that message


def _mark_tap(conversation, tap):
    """Mark the button in the newest message that showed it. tap: the message that the tap became."""
    attachment, number = _button_of(conversation, tap)
    if attachment and number not in attachment.tapped:
        _show_tapped(conversation, attachment, [*attachment.tapped, number])


def unmark_tap(conversation, tap):
    """Unmark the button whose tap the customer unsends, unless they tapped it more than once."""
    attachment, number = _button_of(conversation, tap) if tap.payload else (None, None)
    if attachment:
        _show_tapped(conversation, attachment, [other for other in attachment.tapped if other != number])
        for other in _taps(conversation).filter(payload=tap.payload).exclude(pk=tap.pk).in_order()[:FEW]:
            _mark_tap(conversation, other)


def _button_of(conversation, tap):
    """Return the attachment of the newest message before the tap that showed its button, and the button's number."""
    shown = conversation.messages.filter(is_incoming=False, at__lt=tap.at).order_by("-at", "-pk")
    for message in shown.prefetch_related("attachments")[:FEW]:
        for attachment in message.attachments.all():
            if (number := attachment.button_of(tap)) is not None:
                return attachment, number
    return None, None


def _mark_earlier_taps(conversation, message, event):
    """Mark the buttons of a message that came after taps on them."""
    if not message.is_incoming and getattr(event, "attachments", ()):
        for tap in _taps(conversation).filter(at__gt=message.at).in_order()[:FEW]:
            _mark_tap(conversation, tap)


def _taps(conversation):
    return conversation.messages.filter(is_incoming=True).exclude(payload="")


def _show_tapped(conversation, attachment, numbers):
    attachment.row.update(tapped=numbers)
    conversation.messages.filter(pk=attachment.message_id).update(revision=conversation.revision)


def _attachments_of(event):
    parts = getattr(event, "attachments", ())
    return [attachment for part in parts for attachment in Attachment.objects.from_event(part)]
