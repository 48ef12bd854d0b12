"""Heartbeats of each kind of worker and of the sweep, kept in Redis."""

import time
from contextlib import suppress

from redis import RedisError

from console.infrastructure.redis import redis

QUEUES = ["messages", "webhooks", "background"]  # one of each kind of worker, see bin/run.py
REMEMBERED = 24 * 3600  # s


def beat(name):
    with suppress(RedisError):
        redis().set(_row(name), time.time(), ex=REMEMBERED)


def ages(names):
    """Return {name: seconds since its last heartbeat, or None}. Raises RedisError without Redis."""
    times = redis().mget([_row(name) for name in names])
    return {name: time.time() - float(at) if at else None for name, at in zip(names, times, strict=True)}


def _row(name):
    return f"heartbeat:{name}"
