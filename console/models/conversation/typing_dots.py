"""Who is typing to whom, as far as the customer's dots go. It lives in Redis and expires by itself.

Facebook takes the dots away after 20 s, or when a message comes. So one call in 10 s keeps them while keys move, and
none is needed after a send.
"""

from redis import RedisError

from console.infrastructure.redis import redis

CALL_EVERY = 10  # s, at most one typing_on per conversation
SHOWN_FOR = 20  # s


def start(conversation_id):
    """Whether Facebook should be told now."""
    try:
        if not redis().set(f"typing:{conversation_id}:told", 1, nx=True, ex=CALL_EVERY):
            return False
        redis().set(f"typing:{conversation_id}:shown", 1, ex=SHOWN_FOR)
    except RedisError:
        return False
    return True


def stop(conversation_id):
    """Whether there were dots to take away. A message that goes out ends them by itself."""
    try:
        return bool(redis().delete(f"typing:{conversation_id}:shown"))
    except RedisError:
        return False


def are_wanted(conversation_id):
    """Asked by the worker just before the call: the message may have gone out meanwhile."""
    return bool(redis().exists(f"typing:{conversation_id}:shown"))
