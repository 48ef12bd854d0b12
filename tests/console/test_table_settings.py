"""Storage settings of the tables: `migrate` sets them, and they keep updates away from the indexes."""

import pytest
from django.core.management import call_command
from django.db import connection
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


def test_a_new_revision_of_a_conversation_is_written_to_no_index(conversation):
    with conversation.stepping():
        pass
    Conversation.objects.filter(pk=conversation.pk).update(leased_until=None, unread=3, last_words="Hello")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_hot_updated('console_conversation'::regclass)")
        hot = cursor.fetchone()[0]
        cursor.execute("SELECT pg_stat_get_xact_tuples_updated('console_conversation'::regclass)")
        assert cursor.fetchone()[0] - hot <= 1  # that of taking it, which moves it to another part of the queue
        assert hot >= 2
