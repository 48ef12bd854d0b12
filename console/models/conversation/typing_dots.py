"""The typing dots that a customer sees. Redis remembers them, and forgets them by itself.

Facebook takes the dots away after 20 s, or when a message comes. So one call in 10 s keeps them while the agent types,
and no call is needed after a send.
"""

from redis import RedisError

from console.infrastructure.redis import redis

CALL_EVERY = 10  # s, at most one typing_on per conversation
SHOWN_FOR = 20  # s


def start(conversation_id):
    """Remember that dots are shown; return whether a call to Facebook is due."""
    try:
        if not redis().set(f"typing:{conversation_id}:called", 1, nx=True, ex=CALL_EVERY):
            return False
        redis().set(f"typing:{conversation_id}:shown", 1, ex=SHOWN_FOR)
    except RedisError:
        return False
    return True


def stop(conversation_id):
    """Forget the dots; return whether there were any. A message that goes out ends them by itself."""
    try:
        return bool(redis().delete(f"typing:{conversation_id}:shown"))
    except RedisError:
        return False


def are_wanted(conversation_id):
    """Return whether the dots are still to be shown, just before the call: the message may have gone out meanwhile."""
    return bool(redis().exists(f"typing:{conversation_id}:shown"))
