"""Look ids up by their hash, which an index can hold whatever their length. Beside whatever runs meanwhile."""

from django.contrib.postgres.indexes import HashIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import MD5


def unique(model, name, column):
    """The constraint as Django would make it, but without locking the table."""
    table = f"console_{model}"
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f'CREATE UNIQUE INDEX CONCURRENTLY "{name}" ON "{table}" ("page_id", (MD5("{column}")))',
                f'DROP INDEX CONCURRENTLY "{name}"',
            )
        ],
        state_operations=[
            migrations.AddConstraint(model, models.UniqueConstraint(models.F("page"), MD5(column), name=name))
        ],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("console", "0015_ids_of_any_length")]

    operations = [
        AddIndexConcurrently("customer", HashIndex(fields=["psid"], name="customer_psid")),
        AddIndexConcurrently("message", HashIndex(fields=["mid"], name="message_mid")),
        unique("customer", "one_customer_per_page_and_psid", "psid"),
        unique("message", "one_message_per_page_and_mid", "mid"),
        migrations.RemoveConstraint("customer", "one_customer_per_psid"),
        migrations.RemoveConstraint("message", "one_message_per_mid"),
    ]
