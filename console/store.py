"""The one Redis connection pool of this process. What lies in Redis is passing: losing it loses no message."""

from functools import cache

from django.conf import settings
from redis import Redis


@cache
def redis():
    return Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, decode_responses=True)


def database_number():
    """Pub/sub knows no database numbers, so channels carry it: two consoles may share one Redis."""
    return redis().connection_pool.connection_kwargs.get("db", 0)
