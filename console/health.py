"""/livez says that this web process lives, /readyz whether it should be sent requests, and what is wrong otherwise.

Both stand beside Django and ask for no host name: a load balancer calls by IP. Only a database that does not answer
takes a process out of service: without it no page and no webhook can be answered. Without Redis, or without workers,
agents still read and write, and what they write waits in the database; and all web processes are in the same state, so
that taking them out would leave nobody. /readyz calls that `degraded`, with 200.
"""

import asyncio
import time

from asgiref.sync import sync_to_async
from django.db import DatabaseError, connection
from django.db.models import Min
from django.utils import timezone
from redis import RedisError
from starlette.responses import JSONResponse, PlainTextResponse

from console import heartbeats
from console.models import Arrival, Conversation, Message
from console.store import redis

PATIENCE = 3  # s
ASKED_AGAIN = 1  # s, however many ask
LATE = 60  # s


async def livez(request):
    return PlainTextResponse("ok\n")


async def readyz(request):
    try:
        problems = await asyncio.wait_for(_latest.problems(), PATIENCE)
    except (TimeoutError, DatabaseError):
        return JSONResponse({"status": "unavailable", "problems": {"database": "It does not answer."}}, 503)
    return JSONResponse({"status": "degraded" if problems else "ok", "problems": problems})


class Latest:
    """One look at a time, and one a second: whoever asks meanwhile gets the same answer."""

    def __init__(self):
        self._look, self._until = None, 0

    async def problems(self):
        if self._look is None or (self._look.done() and time.monotonic() > self._until):
            self._until = time.monotonic() + ASKED_AGAIN
            self._look = asyncio.ensure_future(sync_to_async(find_problems, thread_sensitive=False)())
        return await asyncio.shield(self._look)


def find_problems():
    """{what: a sentence}; DatabaseError when nothing can be found out."""
    try:
        oldest = {
            "webhooks": Arrival.objects.due().aggregate(at=Min("received_at"))["at"],
            "messages": _pending_messages().aggregate(at=Min("at"))["at"],
        }
    finally:
        connection.close()  # back into the pool
    late = {name: age for name, at in oldest.items() if at and (age := (timezone.now() - at).total_seconds()) > LATE}
    return _problems_of_redis() | {name: f"The oldest has waited {age:.0f} s." for name, age in late.items()}


def _pending_messages():
    return Message.objects.pending().order_by().filter(conversation__in=Conversation.objects.pending())


def _problems_of_redis():
    """Also of the workers, who are heard of by it."""
    try:
        redis().set("health", "written", ex=LATE)
        ages = heartbeats.ages([*heartbeats.QUEUES, "sweep"])
    except RedisError as error:
        return {"redis": f"It takes no write ({type(error).__name__}); nobody knows about the workers."}
    return {_name(name): _sentence(age) for name, age in ages.items() if age is None or age > LATE}


def _name(name):
    return name if name == "sweep" else f"workers of {name}"


def _sentence(age):
    return "Not heard from yet, or not for a day." if age is None else f"Not heard from for {age:.0f} s."


_latest = Latest()
