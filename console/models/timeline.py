"""Lines of a thread between its messages: handovers, activities of the customer, and notes."""

from django.db import models

MAX_LINES = 100  # of each kind that one page of a thread shows


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
