"""The section Scheduled of the queue: an agent's own scheduled replies, then those of colleagues."""

from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext_lazy as _

# The moments from which rows of the queue are sorted: an agent's own stand before all others.
OWN_SINCE, OTHERS_SINCE = datetime(2000, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)


class State(models.TextChoices):
    WAITING = "waiting", _("Waiting")  # for its moment
    SENT = "sent", _("Sent")  # it is a message by now
    DISCARDED = "discarded", _("Discarded")
    STOPPED = "stopped", _("Stopped")  # the customer wrote before
    REFUSED = "refused", _("Not sent")  # the problem says why


SHOWN = [State.WAITING, State.STOPPED, State.REFUSED]


class ListedQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(state=State.WAITING)

    def listed_for(self, agent, pages):
        """Return the replies in the queue of an agent: first the agent's own, then those of colleagues that wait."""
        is_own = Q(author=agent, state__in=SHOWN)
        since = Case(When(author=agent, then=Value(OWN_SINCE)), default=Value(OTHERS_SINCE))
        found = self.filter(is_own | Q(state=State.WAITING), conversation__page__in=list(pages))
        return found.annotate(rank=F("at") - since).for_row().order_by("rank", "pk")

    def after(self, rank, pk):
        """Filter to the replies behind this place in the list."""
        return self.filter(Q(rank__gt=rank) | Q(rank=rank, pk__gt=pk))

    def for_row(self):
        return self.select_related("author", "conversation__customer").prefetch_related("files")


class Listed(models.Model):
    """The part of a ScheduledReply that stands in the queue."""

    is_own = False  # whether the agent for whom a row of the queue is rendered is the author
    pk: int

    at = models.DateTimeField(_("goes out at"))  # and its place in the thread
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)

    class Meta:
        abstract = True

    @property
    def row_place(self):
        """Return a text that sorts like `listed_for`, where its row stands in the queue."""
        since = OWN_SINCE if self.is_own else OTHERS_SINCE
        return f"{(self.at - since) // timedelta(microseconds=1):018d}-{self.pk:012d}"

    @property
    def is_in_queue(self):
        return self.state in SHOWN if self.is_own else self.state == State.WAITING
