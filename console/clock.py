"""The database's clock, which is one for all programs: their own may differ, and jump.

What one worker writes and another compares, where a mistake would send a message twice, is told by this clock alone.
"""

from django.db import connection


def now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]
