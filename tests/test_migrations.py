"""Limits of migrations, which run while the release before still works: see docs/upgrading.md."""

import re
from functools import cache

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.core.management import CommandError, call_command
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

# The promise counts for what comes after these.
PROMISED_AFTER = {"agents": "0001_first_release", "personas": "0001_first_release", "console": "0001_first_release"}
# Looked at by a person: why no running process can be hurt. A contracting one names the release that no longer uses it.
LOOKED_AT = {}
# In the SQL of a migration, for tables that were there before it.
FORBIDDEN = {
    r"^ALTER TABLE \S+ RENAME TO": "renames a table",
    r"RENAME COLUMN": "renames a column",
    r"^DROP TABLE": "removes a table",
    r"DROP COLUMN": "removes a column",
    r"ALTER COLUMN \S+ TYPE": "changes the type of a column",
    r"SET NOT NULL": "forbids nothing in a column",
    r"DROP DEFAULT": "has no database default",
    r"ADD COLUMN (?!.*\bDEFAULT\b).* NOT NULL": "has no database default",
    r"ADD CONSTRAINT \S+ (UNIQUE|EXCLUDE|PRIMARY KEY)(?! USING)": "adds a unique constraint",
    r"ADD CONSTRAINT \S+ (CHECK|FOREIGN KEY)(?!.* NOT VALID)": "checks all rows under a lock",
    r"^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)": "makes an index under a lock",
    r"^DROP INDEX (?!CONCURRENTLY)": "removes an index under a lock",
}


def promised():
    """The migrations that have to leave the old processes all they need."""
    loader = MigrationLoader(None)
    return [key for key in sorted(loader.disk_migrations) if key[1] > PROMISED_AFTER.get(key[0], "9999")]


@cache
def newest_state():
    """Return the state after all migrations."""
    return MigrationLoader(connection).project_state()


def problems(migration, state):
    """Return the statements of a migration that would stop old processes or make them wait."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state.clone(), editor, collect_sql=True)
    new_tables = re.findall(r'^CREATE TABLE ("\w+")', "\n".join(editor.collected_sql), re.M)
    old = [line for line in editor.collected_sql if not any(table in line for table in new_tables)]
    found = [error for line in old for pattern, error in FORBIDDEN.items() if re.search(pattern, line)]
    fills = any(isinstance(operation, migrations.RunPython) for operation in migration.operations)
    return found + ["fills rows in one transaction"] * (fills and migration.atomic)


@pytest.mark.parametrize(("app", "name"), promised())
def test_each_migration_lets_processes_of_the_release_before_work(app, name, transactional_db):
    loader = MigrationLoader(connection)
    found = problems(loader.disk_migrations[app, name], loader.project_state((app, name), at_end=False))
    assert not found or name in LOOKED_AT, found


def made_up(*operations, atomic=True):
    migration = migrations.Migration("9999_made_up", "console")
    migration.operations, migration.atomic = operations, atomic
    return migration


TEXT = models.TextField(default="", db_default="")
INDEX = models.Index(fields=["sent_at"], name="made_up")
CHECK = models.CheckConstraint(condition=models.Q(revision__gte=0), name="made_up")


def fill(apps, schema_editor):
    pass


@pytest.mark.parametrize(
    ("migration", "error"),
    [
        (made_up(migrations.AddField("message", "x", models.TextField(default=""))), "has no database default"),
        (
            made_up(
                migrations.AddField("message", "x", models.TextField(default="")),
                migrations.AddField("message", "y", TEXT),
            ),
            "has no database default",
        ),
        (made_up(migrations.RemoveField("message", "payload")), "removes a column"),
        (made_up(migrations.RenameField("message", "payload", "cargo")), "renames a column"),
        (made_up(migrations.RenameModel("attachment", "file")), "renames a table"),
        (made_up(migrations.DeleteModel("attachment")), "removes a table"),
        (made_up(migrations.AddIndex("message", INDEX)), "makes an index under a lock"),
        (made_up(migrations.RemoveIndex("message", "message_thread")), "removes an index under a lock"),
        (made_up(migrations.AlterField("message", "state", models.IntegerField())), "changes the type of a column"),
        (
            made_up(
                migrations.AddConstraint("message", models.UniqueConstraint(fields=["at"], name="made_up")),
            ),
            "adds a unique constraint",
        ),
        (made_up(migrations.AddConstraint("message", CHECK)), "checks all rows under a lock"),
        (
            made_up(migrations.AlterField("message", "mid", models.CharField(max_length=255))),
            "forbids nothing in a column",
        ),
        (made_up(migrations.RunPython(fill)), "fills rows in one transaction"),
    ],
)
def test_a_migration_that_would_stop_processes_of_the_release_before_is_found(migration, error, db):
    assert error in problems(migration, newest_state())


@pytest.mark.parametrize(
    "migration",
    [
        made_up(migrations.AddField("message", "x", TEXT)),
        made_up(migrations.AddField("message", "x", models.TextField(null=True))),
        made_up(AddIndexConcurrently("message", INDEX), atomic=False),
        made_up(AddConstraintNotValid("message", CHECK)),
        made_up(migrations.RunPython(fill), atomic=False),
        made_up(migrations.CreateModel("MadeUp", [("id", models.BigAutoField(primary_key=True)), ("x", TEXT)])),
    ],
)
def test_a_migration_that_lets_processes_of_the_release_before_work_passes(migration, transactional_db):
    assert problems(migration, newest_state()) == []


def test_a_database_from_before_the_first_release_is_refused_with_a_sentence(db):
    MigrationRecorder.Migration.objects.filter(app="console").update(name="0001_initial")
    with pytest.raises(CommandError, match="made by a version before 1"):
        call_command("migrate", verbosity=0)
