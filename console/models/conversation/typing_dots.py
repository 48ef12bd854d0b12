"""The state of each customer's typing indicator, kept in Redis, where it expires by itself.

Facebook removes the dots after 20 s, or when a message arrives. So one call in 10 s keeps them while an agent types,
and none is needed after a message.
"""

from redis import RedisError

from console.infrastructure.redis import redis

CALL_EVERY = 10  # s, at most one typing_on per conversation
SHOWN_FOR = 20  # s


def start(conversation_id):
    """Note that an agent types; return whether Facebook should be told now."""
    try:
        if not redis().set(f"typing:{conversation_id}:told", 1, nx=True, ex=CALL_EVERY):
            return False
        redis().set(f"typing:{conversation_id}:shown", 1, ex=SHOWN_FOR)
    except RedisError:
        return False
    return True


def stop(conversation_id):
    """Note that nobody types; return whether there were dots to remove. A message removes them by itself."""
    try:
        return bool(redis().delete(f"typing:{conversation_id}:shown"))
    except RedisError:
        return False


def are_wanted(conversation_id):
    """Return whether the dots should still be shown. A worker asks just before its call: they may be gone by then."""
    return bool(redis().exists(f"typing:{conversation_id}:shown"))
