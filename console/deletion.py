"""The deletion of a conversation with its customer: in parts, because a long one would be locked for long."""

from collections import Counter

from console.models.activity import Activity
from console.models.bot_event.bot_event import BotEvent
from console.models.conversation.conversation import Conversation
from console.models.customer import Customer
from console.models.handover.handover import Handover
from console.models.message.attachment import Attachment
from console.models.message.message import Message
from console.models.note import Note
from console.scheduled_replies.files import ScheduledFile
from console.scheduled_replies.models import ScheduledReply
from console.uploaded_files.models import UploadedFile
from personas.models import DiscardedFile

BATCH = 500  # messages in one transaction, which takes some milliseconds
FILES = "files"  # the name under which stored files are counted; rows are counted under the label of their model


def delete_part(conversation, most=0):
    """Delete some messages of a locked conversation, or all the rest of it.

    Return whether there may be more, and how many rows of each kind were deleted.
    """
    most = most or BATCH
    messages = conversation.messages.order_by("at", "pk")[:most]
    found = list(messages.values_list("pk", flat=True))
    deleted = delete_messages(found)
    if len(found) < most:
        deleted += _delete_rest(conversation)
    return len(found) == most, deleted


def delete_messages(messages):
    """Delete the messages with these keys, and their files; return the number of rows of each kind."""
    attachments = Attachment.objects.filter(message__in=messages)
    deleted = _discard(attachments)
    uploaded = attachments.exclude(digest="").values("message__page", "digest")
    for one in uploaded:
        deleted += _deleted(UploadedFile.objects.filter(page=one["message__page"], digest=one["digest"]))
    attachments.discard()
    return deleted + _deleted(Message.objects.filter(pk__in=messages))


def _delete_rest(conversation):
    scheduled = ScheduledFile.objects.filter(scheduled_reply__conversation=conversation)
    deleted = _discard(scheduled)
    scheduled.discard()
    for model in (Activity, Note, ScheduledReply, BotEvent):
        deleted += _deleted(model.objects.filter(conversation=conversation))
    Conversation.objects.filter(pk=conversation.pk).update(reason=None)
    deleted += _deleted(Handover.objects.filter(conversation=conversation))
    deleted += _deleted(Conversation.objects.filter(pk=conversation.pk))
    return deleted + delete_customer(conversation.customer_id)


def delete_customer(pk):
    """Delete a customer without a conversation, and their picture; return the number of rows of each kind."""
    customer = Customer.objects.filter(pk=pk)
    for row in customer:
        exports = row.exports.select_for_update()  # a worker that is making one finds it gone, and discards its file
        DiscardedFile.objects.discard(row.picture.name, *exports.values_list("file", flat=True))
    return _deleted(customer)


def _discard(stored_files):
    """Return how many files are about to be discarded, and their rows."""
    files = stored_files.exclude(file="").count()
    return Counter({stored_files.model._meta.label: stored_files.count(), FILES: files})


def _deleted(rows):
    return Counter(rows.delete()[1])
