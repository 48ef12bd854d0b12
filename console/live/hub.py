"""The hub: one Redis subscription per process. It has changes rendered, and writes them to all open streams."""

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import Context

from django.conf import settings
from redis import ConnectionError as RedisConnectionError
from redis import RedisError
from redis.asyncio import Redis as AsyncRedis

from console.faces.looks import Looks, looks_now
from console.live.batch import Batch, check_log_ins
from console.live.counting import numbers_of
from console.live.events import heartbeat, hello
from console.live.publishing import channel
from console.live.topics import Changes
from console.live.view_rows import numbers_of_views
from console.queue.counts import SHARE

HEARTBEAT = (
    15  # s between signs of life on a stream (live-stream.js waits for two), and between two checks of its log-in
)
CHECK_EVERY = 1  # s; each time for the streams whose turn it is
COUNT_EVERY, COUNT_AT_LEAST_EVERY = 1, 10  # s; in between, the longer it takes
READ_VIEWS_EVERY = 60  # s, for saved views whose rows change with time
LOOK_EVERY = 1  # s, for the faces of agents who look; changes meanwhile go together
RECONNECT = 1  # s before the subscription is tried again
SILENCE = 3  # s without a message from Redis, after which it is pinged
PAUSE = 0.001  # s before a batch: all that one transaction changed goes together
REST_EACH = 0.00005  # s between two batches for each stream
BATCH = 100  # streams that are written to before other work of the event loop gets its turn

logger = logging.getLogger(__name__)


class Hub:
    """One subscription with many listeners, one for each open stream."""

    def __init__(self):
        self._listeners = {}  # by the id of the stream
        self._changes, self._has_changes, self._has_other_numbers = Changes(), asyncio.Event(), asyncio.Event()
        self._has_other_views = asyncio.Event()
        self._revisions = {}  # of watched conversations: the last revision that was sent
        self._looks = Looks()  # the looks that were compared last
        self._tasks = []
        # One renders, one counts and checks, one counts views, one compares looks.
        self._thread = ThreadPoolExecutor(4, thread_name_prefix="live")

    def subscribe(self, listener):
        """Add a listener. The next batch says hello to it."""
        self._listeners[listener.id] = listener
        if not self._tasks:
            loops = (self._keep_listening(), self._keep_sending(), self._keep_counting())
            checks = (self._keep_counting_views(), self._keep_checking(), self._keep_looking())
            every = (*loops, *checks)
            self._tasks = [asyncio.create_task(loop, context=Context()) for loop in every]  # for all agents
        self._has_changes.set()

    def count_streams(self):
        return len(self._listeners)

    def unsubscribe(self, listener):
        self._listeners.pop(listener.id, None)

    # From Redis

    async def _keep_listening(self):
        while True:
            try:
                await self._listen()
            except (RedisError, OSError):
                await asyncio.sleep(RECONNECT)
            except Exception:
                logger.exception("A live update could not be read: browsers ask for what they show")
                await asyncio.sleep(RECONNECT)

    async def _listen(self):
        client = AsyncRedis.from_url(settings.REDIS_URL, decode_responses=True, socket_timeout=2, retry=None)
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(channel())
            async for message in _messages(subscription):
                # The answer to SUBSCRIBE comes first, also after a break, when browsers may have missed something.
                topics = ["hello"] if message["type"] == "subscribe" else message["data"].split()
                self._changes.add(topics)
                if self._changes:
                    self._has_changes.set()

    # To browsers

    async def _keep_sending(self):
        rests_until = 0
        while True:
            await self._has_changes.wait()
            await asyncio.sleep(max(PAUSE, rests_until - time.monotonic()))
            self._has_changes.clear()
            changes, self._changes = self._changes, Changes()
            try:
                await self._send(changes)
            except Exception:
                logger.exception("Live updates could not be rendered: browsers ask for what they show")
                await asyncio.sleep(RECONNECT)
                await self._write(self._listeners.values(), hello())
            rests_until = time.monotonic() + REST_EACH * len(self._listeners)

    async def _send(self, changes):
        batch = Batch(changes, self._listeners, self._revisions)
        if not batch.is_needed:
            return
        await self._in_thread(batch.render)
        for listeners, piece in batch.pieces:
            await self._write(listeners, piece)
        for listener in batch.ended:
            listener.end()
        self._revisions = batch.revisions
        if changes.rows or batch.greeted:
            self._has_other_numbers.set()
            self._has_other_views.set()

    async def _write(self, listeners, piece):
        for number, listener in enumerate(list(listeners), 1):
            listener.write(piece)
            if number % BATCH == 0:
                await asyncio.sleep(0)

    async def _keep_counting(self):
        while True:
            await self._has_other_numbers.wait()
            self._has_other_numbers.clear()
            began = time.monotonic()
            greeted = [listener for listener in self._listeners.values() if listener.rights]
            try:
                for listeners, piece in await self._in_thread(numbers_of, greeted):
                    await self._write(listeners, piece)
            except Exception:
                logger.exception("The numbers of the queue could not be counted")
            await asyncio.sleep(min(max(COUNT_EVERY, SHARE * (time.monotonic() - began)), COUNT_AT_LEAST_EVERY))

    async def _keep_counting_views(self):
        due_at = time.monotonic() + READ_VIEWS_EVERY
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._has_other_views.wait(), READ_VIEWS_EVERY)
            self._has_other_views.clear()
            began, greeted = time.monotonic(), [one for one in self._listeners.values() if one.rights]
            is_due = began >= due_at
            due_at = began + READ_VIEWS_EVERY if is_due else due_at
            try:
                for listeners, piece in await self._in_thread(numbers_of_views, greeted, is_due):
                    await self._write(listeners, piece)
            except Exception:
                logger.exception("The numbers of saved views could not be counted")
            await asyncio.sleep(max(COUNT_EVERY, SHARE * (time.monotonic() - began)))

    # Faces

    async def _keep_looking(self):
        while True:
            await asyncio.sleep(LOOK_EVERY)
            looks = await self._in_thread(looks_now)
            self._changes.add_looks(looks, self._looks)
            self._looks = looks
            if self._changes:
                self._has_changes.set()

    # Log-ins

    async def _keep_checking(self):
        while True:
            await asyncio.sleep(CHECK_EVERY)
            try:
                await self._check()
            except Exception:
                logger.exception("The log-ins of live streams could not be checked")

    async def _check(self):
        """Send a heartbeat to streams that are due for one, and end the streams of agents who are not logged in any
        more.
        """
        listeners, now = list(self._listeners.values()), time.monotonic()
        due = [listener for listener in listeners if listener.checked_at <= now - HEARTBEAT]
        for listener in listeners:
            listener.catch_up()
        if not due:
            return
        logged_in = await self._in_thread(check_log_ins, {listener.session_key for listener in due})
        for listener in due:
            listener.checked_at = now
            listener.write(heartbeat()) if listener.session_key in logged_in else listener.end()

    def _in_thread(self, work, *arguments):
        return asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)


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


hub = Hub()
