"""Settings by which PostgreSQL stores and vacuums the tables that are always written. docs/operations.md says why.

`manage.py migrate` applies them: they change no row and no query, and the statement blocks nobody.
"""

from django.db import connection

TABLES = {
    # Every message changes its conversation some six times, mostly in columns without an index. In pages with room to
    # spare, PostgreSQL then writes to no index (HOT), and a later query clears the old versions away.
    "console_conversation": {
        "fillfactor": 70,
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_analyze_scale_factor": 0.05,
    },
    # By default these tables would be vacuumed once a fifth of their rows is dead: two million of ten million rows.
    "console_message": {
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_vacuum_insert_scale_factor": 0.05,
        "autovacuum_analyze_scale_factor": 0.02,
    },
    # PostgreSQL chooses the index of a search by its statistics of frequent and of rare words.
    "console_searchdocument": {
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_vacuum_insert_scale_factor": 0.05,
        "autovacuum_analyze_scale_factor": 0.02,
    },
    "console_inboundwebhook": {
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_vacuum_insert_scale_factor": 0.05,
        "autovacuum_analyze_scale_factor": 0.02,
        "toast.autovacuum_vacuum_scale_factor": 0.02,
    },
    # An outbox: nearly all of its rows are dead.
    "console_botevent": {"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 1000},
    # Each row is updated every few seconds, to note that the agent is there.
    "agents_agent": {"fillfactor": 50},
}
MISSING = """
SELECT setting FROM unnest(%(settings)s::text[]) AS setting, (
    SELECT reloptions, (SELECT reloptions FROM pg_class toast WHERE toast.oid = pg_class.reltoastrelid) AS of_toast
    FROM pg_class WHERE oid = to_regclass(%(table)s)
) AS known
WHERE setting <> ALL (coalesce(reloptions, '{}')) AND replace(setting, 'toast.', '') <> ALL (
    CASE WHEN setting LIKE 'toast.%%' THEN coalesce(of_toast, '{}') ELSE '{}' END)
"""


def apply():
    """Apply the settings that are not applied yet. Tables that do not exist are left out."""
    with connection.cursor() as cursor:
        for table, settings in TABLES.items():
            wanted = [f"{name}={value}" for name, value in settings.items()]
            cursor.execute(MISSING, {"settings": wanted, "table": table})
            if missing := [setting for (setting,) in cursor.fetchall()]:
                cursor.execute(f"ALTER TABLE {table} SET ({', '.join(missing)})")
