"""When each customer was last heard, as far as the messages that are there tell."""

from datetime import timedelta

from django.db import migrations
from django.db.models import F, Max, OuterRef, Subquery


def fill(apps, schema_editor):
    Conversation = apps.get_model("console", "Conversation")
    Message = apps.get_model("console", "Message")
    incoming = Message.objects.filter(conversation=OuterRef("pk"), is_incoming=True).order_by()
    last = incoming.values("conversation").annotate(last=Max("at")).values("last")
    Conversation.objects.update(heard_at=Subquery(last))
    Conversation.objects.exclude(heard_at=None).update(
        window_until=F("heard_at") + timedelta(hours=24), human_agent_until=F("heard_at") + timedelta(days=7)
    )


class Migration(migrations.Migration):
    dependencies = [("console", "0005_window")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
