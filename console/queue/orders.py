"""The orders of open conversations in the queue. Each gives a conversation a place, by SQL and for a loaded row."""

from django.db.models import Case, F, Q, When
from django.db.models.functions import Coalesce

from agents.preferences import QueueOrder
from console.models.conversation.inbox import EARLY, LATE, place_text

SORTED = {"mine", "waiting", "others", "snoozed", "bot"}  # sections of which agents choose the order


def order_in(section, order):
    """Return the order of a section for an agent who has chosen this order."""
    return order if section in SORTED else QueueOrder.LONGEST_WAIT


def place_by(order, window_end):
    """Return the place in this order as an expression, in the form of a conversation's rank."""
    if order == QueueOrder.NEWEST:
        return LATE - Coalesce(F("last_at"), EARLY)
    if order == QueueOrder.WINDOW:
        return Coalesce(window_end, LATE) - EARLY
    if order == QueueOrder.DUE:  # without a deadline, as the queue has it
        return Coalesce(F("answer_by") - EARLY, (LATE - EARLY) + F("rank"))
    return F("rank")


def place_of(row, order, now):
    """Return the place in this order of a row that is loaded, as the database would."""
    if order == QueueOrder.NEWEST:
        return LATE.value - (row.last_at or EARLY.value)
    if order == QueueOrder.WINDOW:
        return (row.window_end_at(now) or LATE.value) - EARLY.value
    if order == QueueOrder.DUE:
        return row.answer_by - EARLY.value if row.answer_by else LATE.value - EARLY.value + row.rank
    return row.rank


def place_text_of(row, order, now):
    return place_text(place_of(row, order, now), row.pk)


def sorted_by(conversations, order, now):
    """Sort conversations, each with its `place`."""
    return conversations.annotate(place=place_by(order, window_end(now))).order_by("place", "pk")


def behind(conversations, place, pk):
    """Filter to the conversations behind this place. PostgreSQL begins in an index by the second condition."""
    return conversations.filter(Q(place__gt=place) | Q(pk__gt=pk), place__gte=place)


def before(conversations, place, pk):
    """Filter to the conversations before this place, the nearest first."""
    return conversations.filter(Q(place__lt=place) | Q(pk__lt=pk), place__lte=place).order_by("-place", "-pk")


def window_end(now):
    """Return the moment at which the messaging window changes next, as `window_end_at` of a loaded row."""
    return Case(
        When(messaging_window_until__gt=now, then=F("messaging_window_until")),
        When(ad_window_until__gt=now, then=F("ad_window_until")),
        When(page__may_use_human_agent=True, human_agent_until__gt=now, then=F("human_agent_until")),
    )
