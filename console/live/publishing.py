"""Publish live updates by Redis."""

import logging

from django.db import transaction
from redis import RedisError

from console.infrastructure.redis import breaker, database_number, redis

logger = logging.getLogger(__name__)


def channel():
    return f"live:{database_number()}"


def publish(*topics):
    """Publish, after the commit, that these topics changed. topics.py lists all topics."""
    transaction.on_commit(lambda: _publish(" ".join(topics)), robust=True)


def publish_watch(stream_id, conversation):
    """Have the process of this stream send it the changes of a conversation from now on."""
    if stream_id.isalnum():
        _publish(f"watch-{stream_id}-{conversation.pk}-{conversation.revision}-{conversation.headline_key}")


def publish_open_views(stream_id, keys):
    """Have the process of this stream send it the rows of these saved views from now on."""
    if keys and stream_id.isalnum():
        _publish(" ".join(f"view-{stream_id}-{key}" for key in keys))


def _publish(topics):
    try:
        redis().publish(channel(), topics)
    except RedisError:
        logger.warning("Redis is away: browsers learn of %s once it is back", topics)


@breaker.on_return
def _publish_hello():
    _publish("hello")
