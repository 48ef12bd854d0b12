"""The clock of the database, one for all workers, whose own clocks may differ and jump.

Use it for a time that one worker writes and another compares, where a wrong time could send a message twice.
"""

from django.db import connection


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
