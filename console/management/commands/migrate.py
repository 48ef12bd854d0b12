"""Migrate safely while the console runs: no statement waits long for a lock.

A statement that waits for the lock of a whole table blocks all later ones. So each attempt is short, and repeated.
"""

import time

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from psycopg.errors import LockNotAvailable

from console import roles
from console.infrastructure import table_settings

LOCK_TIMEOUT = "2s"
ATTEMPTS = 60
FIRST = ("console", "0001_first_release")  # of version 1.0.0
PAUSE = 1  # s between two attempts, in which the statements that waited behind this one go on


class Command(Migrate):
    def handle(self, *args, **options):
        is_new = _is_empty_database()
        for _attempt in range(ATTEMPTS):
            try:
                result = super().handle(*args, **options)
                _wait_for_locks(LOCK_TIMEOUT)
                table_settings.apply()
                if is_new and not _is_empty_database():
                    roles.make_missing()  # once: admins may delete them
                return result
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
            finally:
                _wait_for_locks("0")
            self.stderr.write(" a table is in use: trying again")
            time.sleep(PAUSE)
        raise CommandError(
            "Some table is in use all the time: stop what holds it (pg_stat_activity) and migrate again."
        )

    def migration_progress_callback(self, action, migration=None, fake=False):
        if action == "apply_start":
            # CREATE INDEX CONCURRENTLY waits for old transactions, but blocks nothing meanwhile.
            _wait_for_locks(LOCK_TIMEOUT if migration.atomic else "0")
        super().migration_progress_callback(action, migration, fake)


def _is_empty_database():
    """Return whether nothing was migrated yet.

    Raise CommandError for the tables of a version before 1.0.0: no migration leads from them to today's.
    """
    applied = MigrationRecorder(connection).applied_migrations()
    if FIRST not in applied and any(app == FIRST[0] for app, _name in applied):
        raise CommandError(
            "This database was made by a version before 1.0.0, which cannot be upgraded: start with an empty one."
        )
    return FIRST not in applied


def _wait_for_locks(at_most):
    """Limit how long this connection waits for a lock; "0" is without limit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [at_most])
