"""The conversations that a saved view finds, each with its place in the order of the view."""

from datetime import timedelta

from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from console.models import Activity, Conversation, CustomValue, Holder, Label
from console.models.activity import Kind
from console.models.conversation.inbox import LATE
from console.models.conversation.messaging_window import ADS
from console.queue.orders import place_by, window_end
from console.saved_views.models import Door, State

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
    found = Conversation.objects.annotate(window_end=window_end(now)).filter(_state(view, now))
    for condition in _conditions(view, now):
        found = found.filter(condition)
    if view.came_by:
        found = found.annotate(door=_last_door(view.came_by)).filter(door=view.came_by)
    return found.annotate(place=place_by(view.order, F("window_end")))


def in_order(view):
    return matching(view).order_by("place", "pk")


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
