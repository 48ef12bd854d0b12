"""Lines of a thread between its messages: handovers, activities of the customer, and notes."""

from django.db import connection, models

MAX_LINES = 100  # of each kind that one page of a thread shows
# One statement asks for all kinds: most threads lack most kinds, and a query for each would take a millisecond.
KINDS_AFTER = """
SELECT EXISTS (SELECT FROM console_handover WHERE conversation_id = %(pk)s AND revision > %(revision)s),
       EXISTS (SELECT FROM console_activity WHERE conversation_id = %(pk)s AND revision > %(revision)s),
       EXISTS (SELECT FROM console_note WHERE conversation_id = %(pk)s AND revision > %(revision)s),
       EXISTS (SELECT FROM console_scheduledreply WHERE conversation_id = %(pk)s AND revision > %(revision)s)
"""


def kinds_after(conversation_id, revision):
    """Return whether a conversation has handovers, activities, notes and scheduled replies after this revision."""
    with connection.cursor() as cursor:
        cursor.execute(KINDS_AFTER, {"pk": conversation_id, "revision": revision})
        return cursor.fetchone()


class TimelineQuerySet(models.QuerySet):
    def in_order(self):
        return self.order_by("at", "pk")

    def since(self, revision):
        return self.filter(revision__gt=revision)

    def between(self, oldest, newest):
        """Filter to the lines between two messages of the thread; None is its end."""
        rows = self.filter(at__gte=oldest.at) if oldest else self
        rows = rows.filter(at__lt=newest.at) if newest else rows
        return rows.order_by("-at", "-pk")[:MAX_LINES]
