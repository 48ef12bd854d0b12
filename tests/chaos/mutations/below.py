"""Mutations that show only when a server hangs or is full, with more than one web process, or on a live stream."""

import asyncio
import uuid

PATIENCE = 2  # s, less than a server hangs


def forget_when_slow(webhook_endpoint):
    """A webhook is answered 200 in time even if the database hangs and the webhook is not stored."""
    store = webhook_endpoint.Writer.store

    async def store_in_time(self, body):
        try:
            async with asyncio.timeout(PATIENCE):
                connection = webhook_endpoint.connection
                await webhook_endpoint.sync_to_async(lambda: connection.cursor().execute("SELECT 1"))()
        except TimeoutError:
            return
        await store(self, body)

    webhook_endpoint.Writer.store = store_in_time


def silent_redis_fails(rate_limit):
    """A Redis that hangs makes the message fail that asked it."""
    from redis.exceptions import ConnectionError, ResponseError

    rate_limit.RedisError = (ConnectionError, ResponseError)


def full_redis_fails(send_queue):
    """A reply fails if Redis has no memory for its task."""
    from redis.exceptions import RedisError, ResponseError

    from console.infrastructure.redis import redis

    deliver_later = send_queue.SendQueue.deliver_later

    def deliver_later_or_never(self, *given, **options):
        try:
            redis().set("is there room?", 1, px=1)
        except RedisError as error:
            if isinstance(error, ResponseError):
                self.conversation.messages.filter(state="queued").update(state="failed")
        deliver_later(self, *given, **options)

    send_queue.SendQueue.deliver_later = deliver_later_or_never


def full_disk_fails(persona_publishing):
    """A persona whose picture cannot be stored makes the message fail that waits for it."""
    from personas import resource_shortage

    def fail(self, error):
        raise error

    persona_publishing.PersonaPublishing._note_own_failure = fail
    resource_shortage.is_resource_shortage = lambda error: False


def own_moments(thread_order):
    """The place of a reply is the time of its web process, even if that clock is wrong."""
    from django.utils import timezone

    thread_order.next_moment = lambda conversation: timezone.now()


def keys_in_memory(answering):
    """A web process recognises a repeated reply only if it stored the first one itself."""
    taken, said_under = set(), answering.Replies._said_under
    send = answering.Replies.send

    def send_once(self, author, text, idempotency_key, files=()):
        if str(idempotency_key) not in taken and said_under(self, idempotency_key, author):
            idempotency_key = uuid.uuid4()
        taken.add(str(idempotency_key))
        return send(self, author, text, idempotency_key, files)

    answering.Replies.send = send_once


def deaf_on_standby(envelope):
    """A customer's message is ignored while another app has the thread."""
    parse = envelope._messaging

    def received(raw, page_id, time, is_standby):
        return envelope._unknown(raw, page_id, time) if is_standby else parse(raw, page_id, time, is_standby)

    envelope._messaging = received


def row_to_all(viewers):
    """A row is sent to every browser, also to an agent who may not see its Page."""
    viewers.Rights.may_see = lambda self, page: True


MUTATIONS = {
    "forget-when-slow": ("console.webhook_endpoint", forget_when_slow),
    "silent-redis-fails": ("console.infrastructure.rate_limit", silent_redis_fails),
    "full-redis-fails": ("console.models.send_queue", full_redis_fails),
    "full-disk-fails": ("personas.models.persona_publishing", full_disk_fails),
    "own-moments": ("console.models.conversation.thread_order", own_moments),
    "keys-in-memory": ("console.models.conversation.replies", keys_in_memory),
    "row-to-all": ("console.queue.viewers", row_to_all),
    "deaf-on-standby": ("messenger.events.parse", deaf_on_standby),
}
