"""Tests of bin/preparation.py, which lets bin/dev migrate and create the demo once."""

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from console.models import Conversation
from tests.conftest import known_customer, url_of_test_database
from tests.house import ROOT

DEMO = ["manage.py", "demo"]


@pytest.fixture
def preparation(transactional_db, monkeypatch, bluebird):
    """A database with a conversation, and no note yet."""
    monkeypatch.syspath_prepend(str(ROOT / "bin"))
    import preparation

    known_customer(bluebird, "1", name="Mona Weber")
    yield preparation
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON TABLE django_migrations IS NULL")


def is_noted(preparation, demo=DEMO):
    return preparation.is_noted(url_of_test_database(), demo)


def test_a_database_is_prepared_once_it_is_noted_and_not_before(preparation):
    assert not is_noted(preparation)
    preparation.note(url_of_test_database(), DEMO)
    assert is_noted(preparation)


def test_a_database_is_prepared_again_for_another_demo(preparation):
    preparation.note(url_of_test_database(), DEMO)
    assert not is_noted(preparation, demo=[*DEMO, "--page", "2"])


def test_a_database_is_prepared_again_after_migrations_by_hand(preparation):
    preparation.note(url_of_test_database(), DEMO)
    row = MigrationRecorder.Migration.objects.create(app="console", name="9999_by_hand")
    try:
        assert not is_noted(preparation)
    finally:
        row.delete()


def test_a_database_is_prepared_again_when_all_conversations_are_gone(preparation):
    preparation.note(url_of_test_database(), DEMO)
    Conversation.objects.all().delete()
    assert not is_noted(preparation)
