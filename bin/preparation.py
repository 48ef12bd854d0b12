"""Note in the database that it is migrated and has the demo, so that the next start of bin/dev does neither again.

The note is a comment on the table of migrations: it goes with the database. It no longer holds if a file that it was
made from has changed, if migrations were applied or undone by hand, or if all conversations were deleted.
"""

import hashlib

import psycopg

from servers import ROOT

FILES = ["requirements.txt", "*/migrations/*.py", "console/management/commands/demo.py"]
NOTE = "SELECT obj_description(to_regclass('django_migrations'), 'pg_class')"
MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


def is_noted(database_url, demo):
    with psycopg.connect(database_url) as connection:
        noted = connection.execute(NOTE).fetchone()[0]
        if noted is None or noted != _state(connection, demo):
            return False
        return connection.execute("SELECT EXISTS (SELECT FROM console_conversation)").fetchone()[0]


def note(database_url, demo):
    with psycopg.connect(database_url) as connection:
        state = psycopg.sql.Literal(_state(connection, demo))
        connection.execute(psycopg.sql.SQL("COMMENT ON TABLE django_migrations IS {}").format(state))


def _state(connection, demo):
    """Return a hash of the files, of the migrations that were applied, and of the command that creates the demo."""
    digest = hashlib.sha256(repr([demo, connection.execute(MIGRATIONS).fetchall()]).encode())
    for pattern in FILES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return f"bin/dev {digest.hexdigest()}"
