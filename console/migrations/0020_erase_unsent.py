"""Erase the messages that were unsent while an earlier release only marked them so."""

import hashlib

from django.core.files.storage import default_storage
from django.db import migrations

from messenger.events import redact


def erase(apps, schema_editor):
    Message, Attachment = apps.get_model("console", "Message"), apps.get_model("console", "Attachment")
    for message in Message.objects.filter(is_deleted=True).exclude(text="", payload="", attachments=None).iterator():
        forget_copies(apps, message)
        for attachment in Attachment.objects.filter(message=message):
            if attachment.file:
                default_storage.delete(attachment.file.name)
            attachment.delete()
        Message.objects.filter(pk=message.pk).update(text="", payload="", reaction="", earlier_texts=[])


def forget_copies(apps, message):
    texts = [text for text in (message.text, *message.earlier_texts) if text]
    words = {text[:200] for text in texts}
    rows = apps.get_model("console", "Conversation").objects.filter(pk=message.conversation_id)
    rows.filter(last_words__in=words).update(last_words="")
    handovers = apps.get_model("console", "Handover").objects.filter(conversation=message.conversation_id)
    handovers.filter(cause="asked", note__in=words).update(note="")
    for arrival in holding(apps.get_model("console", "Arrival").objects, message.mid):
        arrival.body = redact(arrival.body, message.mid)
        arrival.save(update_fields=["body"])


def holding(arrivals, mid):
    number = int.from_bytes(hashlib.sha256(mid.encode()).digest()[:8], signed=True)
    return arrivals.filter(mids__contains=[number])


class Migration(migrations.Migration):
    dependencies = [("console", "0019_sight")]

    operations = [migrations.RunPython(erase, migrations.RunPython.noop, elidable=True)]
