"""The conversations that a saved view finds, each with its place in the order of the view."""

from datetime import timedelta

from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from console.models import Activity, Conversation, CustomValue, Holder, Label
from console.models.activity import Kind
from console.models.conversation.inbox import EARLY, LATE
from console.models.conversation.messaging_window import ADS
from console.saved_views.models import Door, Order, State

CLOSED_WITHIN = timedelta(days=30)  # older ones are for the search: a view stays quick however many there are
HOLDERS = {State.WAITING: Holder.QUEUE, State.AGENT: Holder.AGENT, State.BOT: Holder.BOT}
# In the order in which door_label of console/wording/activities.py finds them.
DOORS = [
    (Q(details__kind__startswith="LEAD"), Door.FORM),
    (Q(details__source=ADS) | Q(details__has_any_keys=["ad_title", "ad_id"]), Door.AD),
    (Q(details__has_key="product_id"), Door.SHOP),
    (Q(details__has_key="referer_uri"), Door.SITE),
]
OF_POST = (Q(details__has_key="post_id"), Door.POST)


def matching(view):
    """Return the conversations on any Page that meet the conditions of a view now, each with its `place`."""
    now = timezone.now()
    found = Conversation.objects.annotate(window_end=_window_end(now)).filter(_state(view, now))
    for condition in _conditions(view, now):
        found = found.filter(condition)
    if view.came_by:
        found = found.annotate(door=_last_door(view.came_by)).filter(door=view.came_by)
    return found.annotate(place=_place(view))


def in_order(view):
    return matching(view).order_by("place", "pk")


def behind(conversations, place, pk):
    """Filter to the conversations behind this place. PostgreSQL begins in an index by the second condition."""
    return conversations.filter(Q(place__gt=place) | Q(pk__gt=pk), place__gte=place)


def before(conversations, place, pk):
    """Filter to the conversations before this place, the nearest first."""
    return conversations.filter(Q(place__lt=place) | Q(pk__lt=pk), place__lte=place).order_by("-place", "-pk")


def _state(view, now):
    if view.state == State.CLOSED:
        newest = Value(now - CLOSED_WITHIN)
        return Q(closed_at__isnull=False, rank__lt=LATE - newest)
    is_open = Q(closed_at=None)
    return is_open & Q(holder=HOLDERS[view.state]) if view.state in HOLDERS else is_open


def _conditions(view, now):
    """Yield the conditions that are set."""
    if view.on_page_id:
        yield Q(page=view.on_page_id)
    if view.for_team_id:
        yield Q(team=view.for_team_id)
    if view.held_by_id:
        yield Q(agent=view.held_by_id)
    if view.label_id:
        yield _has_label(view.label_id)
    if view.is_unread:
        yield Q(unread__gt=0)
    if view.waits_minutes is not None:
        yield Q(waiting_since__lt=now - timedelta(minutes=view.waits_minutes))
    if view.window_hours is not None:
        yield Q(window_end__lt=now + timedelta(hours=view.window_hours))
    if view.language:
        yield Q(customer__locale=view.language) | Q(customer__locale__startswith=f"{view.language}_")
    if view.custom_field_id:
        known = CustomValue.objects.filter(field=view.custom_field_id, value__iexact=view.custom_value)
        yield Q(customer__in=known.values("customer"))


def _has_label(label):
    """Return the condition for a label of the conversation or of its customer, as the search has it."""
    conversations = Label.conversations.through.objects.filter(label=label).values("conversation")
    customers = Label.customers.through.objects.filter(label=label).values("customer")
    return Q(pk__in=conversations) | Q(customer__in=customers)


def _last_door(wanted):
    """Return the way by which the customer came last. The post of an ad is part of that ad."""
    came = Activity.objects.filter(conversation=OuterRef("pk"), kind=Kind.REFERRAL).order_by("-at", "-pk")
    known = [OF_POST] if wanted == Door.POST else [*DOORS, OF_POST]
    doors = [When(condition, then=Value(door)) for condition, door in known]
    return Subquery(came.annotate(door=Case(*doors, default=Value(Door.LINK))).values("door")[:1])


def _window_end(now):
    """Return the moment at which the messaging window changes next, as `answerable_until` of a loaded row."""
    return Case(
        When(messaging_window_until__gt=now, then=F("messaging_window_until")),
        When(ad_window_until__gt=now, then=F("ad_window_until")),
        When(page__may_use_human_agent=True, human_agent_until__gt=now, then=F("human_agent_until")),
    )


def _place(view):
    """Return the value by which a view is sorted, in the form of a conversation's rank."""
    if view.order == Order.NEWEST:
        return LATE - Coalesce(F("last_at"), EARLY)
    if view.order == Order.WINDOW:
        return Coalesce(F("window_end"), LATE) - EARLY
    if view.order == Order.DUE:
        return Coalesce(F("answer_by") - EARLY, (LATE - EARLY) + F("rank"))  # without a deadline, as the queue has it
    return F("rank")
