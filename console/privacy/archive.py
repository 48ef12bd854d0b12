"""The archive with everything that is stored of one customer: a ZIP file, written row by row and piece by piece.

messages.json and its neighbours have the columns of the tables. transcript.html is to be read. files/ has the files.
"""

import json
import shutil
import zipfile
from itertools import chain

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone

from console.models.activity import Activity
from console.models.bot_event.bot_event import BotEvent
from console.models.draft import Draft
from console.models.handover.handover import Handover
from console.models.inbound_webhook import InboundWebhook
from console.models.message.attachment import Attachment
from console.models.message.message import Message
from console.models.message.reaction import Reaction
from console.models.note import Note
from console.scheduled_replies.files import ScheduledFile
from console.scheduled_replies.models import ScheduledReply
from messenger import events
from messenger.media_types import ENDINGS

KINDS = {
    "messages": Message,
    "notes": Note,
    "drafts": Draft,
    "scheduled_replies": ScheduledReply,
    "handovers": Handover,
    "activities": Activity,
    "bot_events": BotEvent,
}
CHUNK = 500  # rows in memory
PIECE = 1024 * 1024  # bytes of a file in memory


def write_archive(customer, out):
    """Write the archive to a binary file, which need not be seekable."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _write_text(archive, "customer.json", _json([_profile(customer)]))
        for name, rows in _rows_of(customer).items():
            _write_text(archive, f"{name}.json", _json(_columns(row) for row in _walk(rows)))
        _write_text(archive, "webhooks.json", _json(_events_of(customer)))
        _write_text(archive, "transcript.html", _transcript(customer))
        _write_files(archive, customer)


def _rows_of(customer):
    """Return the rows of each kind, by the name of their file."""
    rows = {name: model.objects.filter(conversation__customer=customer) for name, model in KINDS.items()}
    rows["reactions"] = Reaction.objects.filter(message__conversation__customer=customer)
    return rows | {"attachments": _attachments(customer), "scheduled_files": _scheduled_files(customer)}


def _attachments(customer):
    return Attachment.objects.filter(message__conversation__customer=customer)


def _scheduled_files(customer):
    return ScheduledFile.objects.filter(scheduled_reply__conversation__customer=customer)


def _profile(customer):
    values = customer.custom_values.select_related("field")
    conversation = getattr(customer, "conversation", None)
    labels = [*customer.labels.all(), *(conversation.labels.all() if conversation else [])]
    more = {
        "page": customer.page.page_id,
        "custom_fields": {value.field.name: value.value for value in values},
        "labels": sorted({label.name for label in labels}),
    }
    parts = {name: getattr(customer, name, None) for name in ("conversation", "merged", "moderation", "history_import")}
    return _columns(customer) | more | {name: part and _columns(part) for name, part in parts.items()}


def _columns(row):
    """Return the columns of a row, and in place of a file its path in the archive."""
    columns = {field.attname: field.value_from_object(row) for field in row._meta.concrete_fields}
    return columns | {name: _path(row, value) for name, value in columns.items() if hasattr(value, "storage")}


def _path(row, file):
    """Return the path of a file in the archive. It has no part of a name that somebody chose."""
    if not file:
        return ""
    return f"files/{row._meta.model_name}-{row.pk}{ENDINGS.get(getattr(row, 'media_type', ''), '')}"


def _json(rows):
    """Yield a JSON list, row by row."""
    yield "["
    for number, row in enumerate(rows):
        yield (",\n" if number else "\n") + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False)
    yield "\n]\n"


def _events_of(customer):
    """Yield the events of stored webhooks that name the customer. Other customers in the same body are left out."""
    for webhook in _walk(InboundWebhook.objects.filter(body__contains=customer.psid)):
        found = events.about(webhook.body, customer.psid)
        yield from ({"received_at": webhook.received_at, "event": raw} for raw in found)


def _transcript(customer):
    context = {"customer": customer, "page": customer.page, "at": timezone.localtime()}
    before, after = render_to_string("privacy/transcript.html", context).split("<!-- messages -->")
    yield before
    for messages in _chunks_of_thread(customer):
        for message in messages:
            message.conversation.page = customer.page
            message.files = [(file, _path(file, file.file)) for file in message.attachments.all()]
        yield render_to_string("privacy/_messages.html", {"customer": customer, "messages": messages})
    yield after


def _chunks_of_thread(customer):
    rows = Message.objects.filter(conversation__customer=customer).select_related("conversation").for_thread()
    after = Q()
    while chunk := list(rows.filter(after).order_by("at", "pk")[:CHUNK]):
        yield chunk
        at, pk = chunk[-1].at, chunk[-1].pk
        after = Q(at__gt=at) | Q(at=at, pk__gt=pk)


def _walk(rows):
    """Yield rows in the order of their keys, some at a time. A cursor of PostgreSQL would need one session for long."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield from chunk
        last = chunk[-1].pk


def _write_text(archive, name, parts):
    with archive.open(name, "w", force_zip64=True) as entry:
        for part in parts:
            entry.write(part.encode())


def _write_files(archive, customer):
    if customer.picture:
        _write_file(archive, _path(customer, customer.picture), customer.picture)
    for row in chain(_walk(_attachments(customer).exclude(file="")), _walk(_scheduled_files(customer))):
        _write_file(archive, _path(row, row.file), row.file)


def _write_file(archive, path, file):
    try:
        content = file.storage.open(file.name)
    except FileNotFoundError:  # its row says that it was there
        return
    with content, archive.open(path, "w", force_zip64=True) as entry:
        shutil.copyfileobj(content, entry, PIECE)
