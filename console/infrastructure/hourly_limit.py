"""Limits of what an agent, a client or an address may have the console do within an hour, counted in Redis."""

from console.infrastructure.redis import redis

HOUR = 3600  # s


def is_within(name, most):
    """Count one more under this name; return whether it is one of so many in an hour. Redis also takes the task."""
    key = f"hourly:{name}"
    with redis().pipeline() as pipeline:
        number, _is_first = pipeline.incr(key).expire(key, HOUR, nx=True).execute()
    return number <= most
