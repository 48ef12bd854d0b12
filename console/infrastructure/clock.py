"""The clock of the database. It is the same for all workers, whose own clocks may differ and jump.

Use it for times that one worker writes and another compares, if an error could send a message twice.
"""

from django.db import connection


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
