"""Figures of the work that waits, read from PostgreSQL and Redis with a constant number of cheap queries.

/metrics shows them to programs, and the Health page to admins.
"""

import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Case, Count, F, Min, Q, Value, When
from django.utils import timezone
from redis import RedisError

from console.infrastructure import heartbeats, rate_limit
from console.metrics import counters
from console.metrics.last_runs import PERIODIC
from console.models import BotEvent, Conversation, InboundWebhook, Message
from personas.models import Page, Persona

PENDING = [Message.State.QUEUED, Message.State.SENDING, Message.State.UNKNOWN]
CONNECTIONS = """
SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY 1
"""


@dataclass(frozen=True)
class Waiting:
    """Work of one kind that waits: how much, and since when the oldest."""

    count: int
    since: datetime | None

    @property
    def seconds(self):
        return max(0.0, (timezone.now() - self.since).total_seconds()) if self.since else 0.0


NONE = Waiting(0, None)


@dataclass(frozen=True)
class Figures:
    """All figures at one moment. Those of Redis are empty while it is away."""

    webhooks: Waiting
    given_up_webhooks: Waiting
    messages: dict[str, Waiting]
    pending_messages: Waiting
    bot_events: Waiting
    pages: dict[str, int]
    paused_pages: int
    slowed_pages: int
    bots_down: int
    personas: dict[str, int]
    connections: dict[str, int]
    disk_bytes: int
    free_bytes: int
    heartbeats: dict[str, float | None] = field(default_factory=dict)
    runs: dict[str, float | None] = field(default_factory=dict)
    rates: dict[str, float] = field(default_factory=dict)
    counts: dict[str, dict[str, float]] = field(default_factory=dict)


def read():
    """Read all figures. Raises DatabaseError if the database does not answer."""
    pages = list(Page.objects.values("pk", "state", "paused_since", "waits_until", "rules__bot_down_until"))
    disk, now = shutil.disk_usage(settings.DATA_DIR), timezone.now()
    return Figures(
        webhooks=_waiting(InboundWebhook.objects.due(), "received_at"),
        given_up_webhooks=_waiting(InboundWebhook.objects.given_up(), "received_at"),
        messages=_messages(),
        pending_messages=_waiting(pending_messages(), "at"),
        bot_events=_waiting(BotEvent.objects.all(), "created_at"),
        pages=Counter(page["state"] for page in pages),
        paused_pages=sum(page["paused_since"] is not None for page in pages),
        slowed_pages=sum(bool(page["waits_until"] and page["waits_until"] > now) for page in pages),
        bots_down=sum(page["rules__bot_down_until"] is not None for page in pages),
        personas=_personas(),
        connections=_connections(),
        disk_bytes=disk.total,
        free_bytes=disk.free,
        **_of_redis([page["pk"] for page in pages]),
    )


@dataclass(frozen=True)
class PageFigures:
    """The work of one Page that waits, and its replies that failed."""

    queued: Waiting
    unknown: Waiting
    failed: Waiting
    bot_events: Waiting


def read_of_pages(pages):
    """Read {key of a Page: its figures} with a constant number of queries."""
    pending = Message.objects.filter(state__in=PENDING, page__in=pages)
    queued = _waiting_by(pending.exclude(state=Message.State.UNKNOWN), "at", "page")
    unknown = _waiting_by(pending.filter(state=Message.State.UNKNOWN), "at", "page")
    failed = _waiting_by(Message.objects.failed().filter(page__in=pages), "at", "page")
    events = _waiting_by(BotEvent.objects.filter(page__in=pages), "created_at", "page")
    all_of_them = (queued, unknown, failed, events)
    return {page.pk: PageFigures(*[found.get(page.pk, NONE) for found in all_of_them]) for page in pages}


def pending_messages():
    """Return the messages that should be on their way: their Page is not paused, and they wait for no moment."""
    return Message.objects.pending().order_by().filter(conversation__in=Conversation.objects.pending())


def _waiting(rows, since):
    found = rows.order_by().aggregate(count=Count("pk"), since=Min(since))
    return Waiting(found["count"], found["since"])


def _waiting_by(rows, since, column):
    """Return {value of the column: the work with it}."""
    found = rows.order_by().values_list(column).annotate(n=Count("pk"), since=Min(since))
    return {value: Waiting(n, since) for value, n, since in found}


def _messages():
    found = _waiting_by(Message.objects.filter(state__in=PENDING), "at", "state")
    return {state.value: found.get(state, NONE) for state in PENDING}


def _personas():
    state = Case(
        When(gone_at__isnull=False, then=Value(Persona.State.GONE)),
        When(leaving_since__isnull=False, then=Value(Persona.State.LEAVING)),
        When(~Q(graph_id=""), then=Value(Persona.State.LIVE)),
        When(refused_at__isnull=False, then=Value(Persona.State.REFUSED)),
        default=Value(Persona.State.WANTED),
    )
    rows = Persona.objects.order_by().values(known=state).annotate(n=Count("pk")).values_list(F("known"), F("n"))
    return {state.value: 0 for state in Persona.State} | dict(rows)


def _connections():
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        return dict(cursor.fetchall())


def _of_redis(pages):
    try:
        return {
            "heartbeats": heartbeats.ages(heartbeats.QUEUES),
            "runs": heartbeats.ages(PERIODIC),
            "rates": rate_limit.rates(pages),
            "counts": counters.totals(),
        }
    except RedisError:
        return {}
