"""Heartbeats of each kind of worker and of the sweep, kept in Redis for /readyz."""

import time
from contextlib import suppress

from redis import RedisError

from console.infrastructure.redis import redis

QUEUES = ["messages", "webhooks", "background"]  # one for each kind of worker in bin/run.py
REMEMBERED = 24 * 3600  # s


def beat(name):
    with suppress(RedisError):
        redis().set(_key(name), time.time(), ex=REMEMBERED)


def ages(names):
    """Return {name: seconds since its last heartbeat, or None}. Raises RedisError without Redis."""
    times = redis().mget([_key(name) for name in names])
    return {name: time.time() - float(at) if at else None for name, at in zip(names, times, strict=True)}


def _key(name):
    return f"heartbeat:{name}"
