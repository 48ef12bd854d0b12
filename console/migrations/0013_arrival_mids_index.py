"""Name the messages of every stored body, so that an unsent one is found again. Beside whatever runs meanwhile."""

import hashlib
import json

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

AT_ONCE = 500  # bodies


def name_messages(apps, schema_editor):
    arrivals, after = apps.get_model("console", "Arrival").objects.using(schema_editor.connection.alias), 0
    while batch := list(arrivals.filter(pk__gt=after, mids=[]).order_by("pk").only("pk", "body")[:AT_ONCE]):
        after = batch[-1].pk
        for arrival in batch:
            arrival.mids = sorted({number_of(mid) for mid in mids_in(json.loads(arrival.body))})
        arrivals.bulk_update([arrival for arrival in batch if arrival.mids], ["mids"])


def mids_in(value):
    """Every message id, however deep it stands."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict) and isinstance(value.get("mid"), str):
        yield value["mid"].replace("\x00", "").encode("utf-8", "replace").decode()
    for part in parts:
        yield from mids_in(part)


def number_of(mid):
    return int.from_bytes(hashlib.sha256(mid.encode()).digest()[:8], signed=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("console", "0012_arrival_mids")]

    operations = [
        migrations.RunPython(name_messages, migrations.RunPython.noop),
        AddIndexConcurrently(
            model_name="arrival",
            index=django.contrib.postgres.indexes.GinIndex(fields=["mids"], name="arrival_mids"),
        ),
    ]
