"""Storage settings of the tables: `migrate` sets them, and they keep updates away from the indexes."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from console.infrastructure import table_settings
from console.models import Conversation


def options_of(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(reloptions, '{}') FROM pg_class WHERE oid = to_regclass(%s)", [table])
        return set(cursor.fetchone()[0])


@pytest.mark.parametrize("table", table_settings.TABLES)
def test_a_migrated_database_has_the_storage_settings(table, db):
    settings = {name: value for name, value in table_settings.TABLES[table].items() if "." not in name}
    assert options_of(table) == {f"{name}={value}" for name, value in settings.items()}


def test_migrating_again_restores_a_setting_and_changes_no_other(transactional_db):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE console_conversation RESET (fillfactor)")
    with CaptureQueriesContext(connection) as queries:
        call_command("migrate", verbosity=0)
    changes = [query["sql"] for query in queries if query["sql"].startswith("ALTER TABLE")]
    assert changes == ["ALTER TABLE console_conversation SET (fillfactor=70)"]


def test_a_new_revision_of_a_conversation_is_written_to_no_index(transactional_db, conversation):
    with connection.cursor() as cursor:
        cursor.execute("VACUUM console_conversation")  # of the rows of other tests, which take up the room of an update
    with transaction.atomic():
        before = updates_of_conversations()
        with conversation.raising_revision():
            pass
        Conversation.objects.filter(pk=conversation.pk).update(leased_until=None, unread=3, last_words="Hello")
        assert [after - count for after, count in zip(updates_of_conversations(), before, strict=True)] == [2, 2]


def updates_of_conversations():
    """Return how many rows were updated, and how many of them without a new entry in an index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_get_xact_tuples_updated(oid), pg_stat_get_xact_tuples_hot_updated(oid)"
            " FROM pg_class WHERE oid = 'console_conversation'::regclass"
        )
        return cursor.fetchone()
