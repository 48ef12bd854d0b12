"""The one Redis connection pool of this process. No message is lost with the data in Redis.

A Redis that hangs must not block its callers. The first waits a fifth of a second; all others are refused at once,
until a thread finds that Redis answers again.
"""

import logging
import threading
import time
from functools import cache

from django.conf import settings
from redis import ConnectionError as RedisConnectionError
from redis import Redis, RedisError
from redis import TimeoutError as RedisTimeoutError
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT = 0.2  # s
PING_EVERY = 0.5  # s, while Redis is away

logger = logging.getLogger(__name__)


class Breaker:
    """A circuit breaker for all threads of this process. It is open while Redis does not answer."""

    def __init__(self):
        self._is_open = False
        self._opening = threading.Lock()
        self._on_return = []

    def on_return(self, callback):
        """Register a function to be called when Redis answers again."""
        self._on_return.append(callback)
        return callback

    def check(self):
        if self._is_open:
            raise RedisConnectionError("Redis does not answer. It is not asked again until it answers a ping.")

    def open(self):
        with self._opening:
            if not self._is_open:
                self._is_open = True
                threading.Thread(target=self._wait_for_return, name="redis-breaker", daemon=True).start()

    def _wait_for_return(self):
        logger.warning("Redis does not answer: the console works without it until it answers a ping")
        while not _answers():
            time.sleep(PING_EVERY)
        self._is_open = False
        logger.warning("Redis answers again")
        for callback in self._on_return:
            callback()


class GuardedRedis(Redis):
    """A client that sends no command while the breaker is open."""

    def execute_command(self, *arguments, **options):
        breaker.check()
        try:
            return super().execute_command(*arguments, **options)
        except (RedisConnectionError, RedisTimeoutError):
            breaker.open()
            raise


breaker = Breaker()


@cache
def redis():
    return _client(GuardedRedis)


def _client(kind):
    retry = Retry(NoBackoff(), 0)
    return kind.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=TIMEOUT,
        retry=retry,
        decode_responses=True,
    )


def _answers():
    try:
        with _client(Redis) as client:
            return client.ping()
    except RedisError:
        return False


def database_number():
    """Return the number of the Redis database. Names of channels contain it: pub/sub ignores databases, and two
    consoles may share one Redis.
    """
    return redis().connection_pool.connection_kwargs.get("db", 0)
