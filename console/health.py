"""Health checks. `/livez` says that this web process runs, and `/readyz` whether it should receive requests.

Neither checks the host name, because load balancers connect by IP address. A process is not ready only if the database
does not answer: then it can serve no page and no webhook. Without Redis or workers, agents still read and write, and
their replies wait in the database. That is so for all web processes, and to take them all out of service would help
nobody: `/readyz` answers 200 with the status `degraded`.
"""

import asyncio

from django.db import DatabaseError, connection
from django.db.models import Min
from django.utils import timezone
from redis import RedisError
from starlette.responses import JSONResponse, PlainTextResponse

from console.infrastructure import heartbeats
from console.infrastructure.latest import Latest
from console.infrastructure.redis import redis
from console.metrics.figures import pending_messages
from console.models import InboundWebhook

TIMEOUT = 3  # s for the database to answer
CHECK_EVERY = 1  # s, however many requests come
LATE = 60  # s; a webhook, a message or a heartbeat older than this is a problem


async def livez(request):
    return PlainTextResponse("ok\n")


async def readyz(request):
    try:
        problems = await asyncio.wait_for(_latest.result(), TIMEOUT)
    except (TimeoutError, DatabaseError):
        return JSONResponse({"status": "unavailable", "problems": {"database": "It does not answer."}}, 503)
    return JSONResponse({"status": "degraded" if problems else "ok", "problems": problems})


def find_problems():
    """Return {part: sentence} for each part with a problem. Raise DatabaseError if the database does not answer."""
    try:
        oldest = {
            "webhooks": InboundWebhook.objects.due().aggregate(at=Min("received_at"))["at"],
            "messages": pending_messages().aggregate(at=Min("at"))["at"],
        }
    finally:
        connection.close()  # back into the pool
    late = {name: age for name, at in oldest.items() if at and (age := (timezone.now() - at).total_seconds()) > LATE}
    return _problems_of_redis() | {name: f"The oldest has waited {age:.0f} s." for name, age in late.items()}


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


_latest = Latest(find_problems, CHECK_EVERY)
