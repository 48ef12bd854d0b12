"""Live updates: the only file that knows pub/sub.

A publish says that something changed and where, never what: browsers ask for that, each for what it may see. One Redis
subscription per process fans out to every open stream. A browser that missed nudges gets `hello` and asks for all.
"""

import asyncio
import logging
import time

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, transaction
from redis import ConnectionError as RedisConnectionError
from redis import RedisError
from redis.asyncio import Redis as AsyncRedis
from starlette.responses import Response, StreamingResponse

from console.infrastructure.redis import breaker, database_number, redis
from console.sessions import agent_of

HEARTBEAT = 15  # s between signs of life; each also asks again whether the agent may still listen, and notes them seen
RECONNECT = 1  # s before the subscription is tried again
SILENCE = 3  # s without a word from Redis after which it is asked whether it is there
CALM = 0.005  # s between two words to a browser; what is nudged meanwhile goes together

logger = logging.getLogger(__name__)


def _channel():
    return f"live:{database_number()}"


# Say


def publish(*topics):
    """After commit, tell every browser that these (`queue`, `conversation-12`) changed."""
    transaction.on_commit(lambda: _publish(" ".join(topics)), robust=True)


def _publish(topics):
    try:
        redis().publish(_channel(), topics)
    except RedisError:
        logger.warning("Redis is away: browsers learn of %s once it is back", topics)


@breaker.on_return
def _tell_all_to_ask():
    _publish("hello")


# Hear


class Hub:
    """One subscription, many listeners. A listener is the set of topics that its browser has yet to be told."""

    def __init__(self):
        self._listeners = set()
        self._task = None

    def join(self):
        listener = Listener()
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._subscribe())
        return listener

    def part(self, listener):
        self._listeners.discard(listener)

    async def _subscribe(self):
        while True:
            try:
                await self._listen()
            except (RedisError, OSError):
                await asyncio.sleep(RECONNECT)

    async def _listen(self):
        client = AsyncRedis.from_url(settings.REDIS_URL, decode_responses=True, socket_timeout=2, retry=None)
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(_channel())
            async for message in _messages(subscription):
                # The answer to our subscribing comes first, also after a break: whatever was missed, ask.
                self._tell(["hello"] if message["type"] == "subscribe" else message["data"].split())

    def _tell(self, topics):
        for listener in self._listeners:
            listener.tell(topics)


async def _messages(subscription):
    """Yields until Redis hangs: a connection that is dead without a word would never tell anything again."""
    is_asked = False
    while True:
        message = await subscription.get_message(timeout=SILENCE)
        if message and message["type"] != "pong":
            yield message
        elif message is None and is_asked:
            raise RedisConnectionError("Redis does not answer.")
        elif message is None:
            await subscription.ping()
        is_asked = message is None


class Listener:
    def __init__(self):
        self._topics = {"hello": None}
        self._something = asyncio.Event()
        self._something.set()
        self._told_at = 0

    def tell(self, topics):
        self._topics.update(dict.fromkeys(topics))  # an ordered set: however often one changed, it is told once
        self._something.set()

    async def next(self):
        """The topics that changed since the last time; none when nothing did for a heartbeat."""
        try:
            await asyncio.wait_for(self._something.wait(), HEARTBEAT)
        except TimeoutError:
            return []
        await asyncio.sleep(max(0, self._told_at + CALM - time.monotonic()))
        self._told_at = time.monotonic()
        topics, self._topics = list(self._topics), {}
        self._something.clear()
        return topics


hub = Hub()


# Stream


async def stream(request):
    """Answer text/event-stream to an agent who is logged in, 403 to anyone else.

    It stands beside Django: a request in Django holds a thread and a database connection until it ends.
    """
    if not await _may_listen(request):
        return Response(status_code=403)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Type": "text/event-stream"}
    return StreamingResponse(_talk(request), headers=headers)


async def _talk(request):
    listener = hub.join()
    try:
        asked_at, topics = time.monotonic(), []
        while topics != ["goodbye"]:
            topics = await listener.next()
            if time.monotonic() - asked_at >= HEARTBEAT:
                asked_at = time.monotonic()
                topics = topics if await _may_listen(request) else ["goodbye"]
            yield "".join(f"data: {topic}\n\n" for topic in topics) or ": still here\n\n"
    finally:
        hub.part(listener)


@sync_to_async
def _may_listen(request):
    """Who may is there, and seen."""
    try:
        agent = agent_of(request.cookies)
        if agent.is_authenticated:
            agent.be_seen()
        return agent.is_authenticated
    finally:
        close_old_connections()
