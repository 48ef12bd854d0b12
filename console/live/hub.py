"""The hub: one Redis subscription per process, and a listener for each open stream."""

import asyncio
import time

from django.conf import settings
from redis import ConnectionError as RedisConnectionError
from redis import RedisError
from redis.asyncio import Redis as AsyncRedis

from console.live.publishing import channel

HEARTBEAT = 15  # s between signs of life on a stream
RECONNECT = 1  # s before the subscription is tried again
SILENCE = 3  # s without a message from Redis, after which it is pinged
PAUSE = 0.005  # s between two updates to a browser; topics that change meanwhile are sent together


class Hub:
    """One subscription with many listeners, one for each open stream."""

    def __init__(self):
        self._listeners = set()
        self._task = None

    def subscribe(self):
        listener = Listener()
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_listening())
        return listener

    def unsubscribe(self, listener):
        self._listeners.discard(listener)

    async def _keep_listening(self):
        while True:
            try:
                await self._listen()
            except (RedisError, OSError):
                await asyncio.sleep(RECONNECT)

    async def _listen(self):
        client = AsyncRedis.from_url(settings.REDIS_URL, decode_responses=True, socket_timeout=2, retry=None)
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(channel())
            async for message in _messages(subscription):
                # The answer to SUBSCRIBE comes first, also after a break, when browsers may have missed something.
                self._notify(["hello"] if message["type"] == "subscribe" else message["data"].split())

    def _notify(self, topics):
        for listener in self._listeners:
            listener.notify(topics)


async def _messages(subscription):
    """Yield messages; raise ConnectionError when Redis does not answer a ping. A dead connection would stay silent."""
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
    """The topics that are still to be sent to one browser."""

    def __init__(self):
        self._topics = {"hello": None}
        self._has_news = asyncio.Event()
        self._has_news.set()
        self._sent_at = 0

    def notify(self, topics):
        self._topics.update(dict.fromkeys(topics))  # used as an ordered set: each topic is sent once
        self._has_news.set()

    async def next(self):
        """Return the topics that changed since the last call; an empty list if none did for HEARTBEAT."""
        try:
            await asyncio.wait_for(self._has_news.wait(), HEARTBEAT)
        except TimeoutError:
            return []
        await asyncio.sleep(max(0, self._sent_at + PAUSE - time.monotonic()))
        self._sent_at = time.monotonic()
        topics, self._topics = list(self._topics), {}
        self._has_news.clear()
        return topics


hub = Hub()
