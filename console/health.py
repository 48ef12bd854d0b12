"""Health checks. `/livez` says that this web process runs, and `/readyz` whether it should receive requests.

Neither checks the host name, because load balancers connect by IP address. A process is not ready only if the database
does not answer: then it can serve no page and no webhook. Without Redis or workers, agents still read and write, and
their replies wait in the database. That is so for all web processes, and to take them all out of service would help
nobody: `/readyz` answers 200 with the status `degraded`.
"""

import asyncio
import time
from contextvars import Context

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.db.models import Min
from django.utils import timezone
from redis import RedisError
from starlette.responses import JSONResponse, PlainTextResponse

from console.infrastructure import heartbeats
from console.infrastructure.redis import redis
from console.models import Conversation, InboundWebhook, Message

TIMEOUT = 3  # s for the database to answer
CHECK_EVERY = 1  # s, however many requests come
LATE = 60  # s; a webhook, a message or a heartbeat older than this is a problem


async def livez(request):
    return PlainTextResponse("ok\n")


async def readyz(request):
    try:
        problems = await asyncio.wait_for(_latest.problems(), TIMEOUT)
    except (TimeoutError, DatabaseError):
        return JSONResponse({"status": "unavailable", "problems": {"database": "It does not answer."}}, 503)
    return JSONResponse({"status": "degraded" if problems else "ok", "problems": problems})


class LatestCheck:
    """The result of the latest check. One check runs at a time, and one per second. Other requests get its result."""

    def __init__(self):
        self._check, self._until = None, 0

    async def problems(self):
        if self._check is None or (self._check.done() and time.monotonic() > self._until):
            self._until = time.monotonic() + CHECK_EVERY
            check = sync_to_async(find_problems, thread_sensitive=False)
            self._check = asyncio.create_task(check(), context=Context())  # for others too
        return await asyncio.shield(self._check)


def find_problems():
    """Return {part: sentence} for each part with a problem. Raise DatabaseError if the database does not answer."""
    try:
        oldest = {
            "webhooks": InboundWebhook.objects.due().aggregate(at=Min("received_at"))["at"],
            "messages": _pending_messages().aggregate(at=Min("at"))["at"],
        }
    finally:
        connection.close()  # back into the pool
    late = {name: age for name, at in oldest.items() if at and (age := (timezone.now() - at).total_seconds()) > LATE}
    return _problems_of_redis() | {name: f"The oldest has waited {age:.0f} s." for name, age in late.items()}


def _pending_messages():
    return Message.objects.pending().order_by().filter(conversation__in=Conversation.objects.pending())


def _problems_of_redis():
    """Return the problems of Redis, and of the workers, whose heartbeats Redis keeps."""
    try:
        redis().set("health", "written", ex=LATE)
        ages = heartbeats.ages([*heartbeats.QUEUES, "sweep"])
    except RedisError as error:
        return {"redis": f"It accepts no write ({type(error).__name__}), so the state of the workers is unknown."}
    return {_name(name): _sentence(age) for name, age in ages.items() if age is None or age > LATE}


def _name(name):
    return name if name == "sweep" else f"workers of {name}"


def _sentence(age):
    return "No heartbeat for a day, or none yet." if age is None else f"No heartbeat for {age:.0f} s."


_latest = LatestCheck()
