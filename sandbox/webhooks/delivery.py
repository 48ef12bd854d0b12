"""Webhook delivery: signed, in order for each app, with retries.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

import asyncio
import secrets
from collections import deque
from dataclasses import dataclass, field
from itertools import chain, repeat

from messenger.events import serialize
from messenger.webhook_signature import sign, sign_sha1

from ..world.clock import Clock
from ..world.models import App, Page
from .connection import Connection

TIMEOUT_S = 5
# Facebook says "a few tries at once" and nothing about the rhythm after them: assumed. All on the sandbox's clock.
BACKOFF_S = (0.2, 1, 3, 10, 30, 60, 120, 300)
GIVE_UP_AFTER_MS = 3_600_000
SHUFFLE_COLLECTS_S = 0.05
# A queue longer than this is sent in batches, as Facebook does, or it would never become empty.
BATCH_ABOVE = 1000
BATCH_ENTRIES = 20


@dataclass
class DeliverySettings:
    """Settings of webhook delivery. `shuffle` mixes those that wait; `entries` is the most that share one body."""

    duplicate: bool = False
    shuffle: bool = False
    delay_s: float = 0
    pause: bool = False
    entries: int = 1
    is_running: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self):
        self.is_running.set()

    def as_dict(self) -> dict:
        return {name: getattr(self, name) for name in ("duplicate", "shuffle", "delay_s", "pause", "entries")}

    def change(self, **settings):
        for name, value in settings.items():
            setattr(self, name, value)
        if self.pause:
            self.is_running.clear()
        else:
            self.is_running.set()


class WebhookDelivery:
    """The delivery to all apps, each with a queue of its own."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.settings = DeliverySettings()
        self._queues: dict[str, DeliveryQueue] = {}
        self._is_closed = False

    def deliver(self, app: App, page: Page, event: dict, key: str = "messaging"):
        """Queue one event as an entry of its own: some bots read no more than the first entry or event of a body."""
        entry = {"id": page.id, "time": self.clock.now(), key: [event]}
        if not self._is_closed:
            self._queue(app).add(app, Webhook(page, [entry]))

    def waiting(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def close(self):
        """Stop all deliveries and drop the webhooks that wait."""
        self._is_closed = True
        for queue in self._queues.values():
            queue.close()

    def _queue(self, app: App) -> "DeliveryQueue":
        if app.id not in self._queues:
            self._queues[app.id] = DeliveryQueue(app, self.clock, self.settings)
        return self._queues[app.id]


@dataclass
class Webhook:
    """One POST to an app: entries about one Page."""

    page: Page
    entries: list[dict]

    def body(self) -> bytes:
        return serialize({"object": "page", "entry": self.entries})


class DeliveryQueue:
    """The webhooks of one app, delivered one after the other.

    A failed webhook is retried on a second connection, for an hour, while those behind it are delivered.
    """

    def __init__(self, app: App, clock: Clock, settings: DeliverySettings):
        self.app = app
        self.clock = clock
        self.settings = settings
        self._waiting: deque[Webhook] = deque()
        self._is_filled = asyncio.Event()
        self._retries: dict[asyncio.Task, Page] = {}
        self._connection, self._retry_connection = Connection(), Connection()
        self._retry_lock = asyncio.Lock()
        self._task = asyncio.create_task(self._run())

    def __len__(self) -> int:
        return len(self._waiting) + len(self._retries)

    def add(self, app: App, webhook: Webhook):
        """Queue the webhook. The app may have been replaced since the last one."""
        self.app = app
        self._waiting.append(webhook)
        self._is_filled.set()

    def close(self):
        for task in (self._task, *self._retries):
            task.cancel()
        self._connection.close()
        self._retry_connection.close()

    async def _run(self):
        while True:
            await self._is_filled.wait()
            await self.settings.is_running.wait()
            for webhook in await self._next():
                await self._deliver(webhook)

    async def _next(self) -> list[Webhook]:
        """Return the webhooks to deliver next, as the settings want them."""
        if self.settings.shuffle:
            await asyncio.sleep(SHUFFLE_COLLECTS_S)
        entries = max(self.settings.entries, BATCH_ENTRIES if len(self._waiting) > BATCH_ABOVE else 1)
        count = len(self._waiting) if self.settings.shuffle else entries
        webhooks = [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]
        if not self._waiting:
            self._is_filled.clear()
        webhooks = _batched(webhooks, entries)
        webhooks = [webhook for webhook in webhooks for _ in range(2 if self.settings.duplicate else 1)]
        if self.settings.shuffle:
            secrets.SystemRandom().shuffle(webhooks)
        return webhooks

    async def _deliver(self, webhook: Webhook):
        if self.settings.delay_s:
            await asyncio.sleep(self.settings.delay_s)
        began = self.clock.now()
        if await self._post(self._connection, webhook.body()) != 200:
            task = asyncio.create_task(self._retry(webhook, began))
            self._retries[task] = webhook.page
            task.add_done_callback(self._retries.pop)

    async def _retry(self, webhook: Webhook, began: int):
        for pause in chain(BACKOFF_S, repeat(BACKOFF_S[-1])):
            await self.clock.sleep(pause)
            await self.settings.is_running.wait()
            async with self._retry_lock:
                if await self._post(self._retry_connection, webhook.body()) == 200:
                    return
            if self.clock.now() - began >= GIVE_UP_AFTER_MS:
                return self._unsubscribe(webhook.page)

    async def _post(self, connection: Connection, body: bytes) -> int | None:
        """Send one body; return the HTTP status, None without an answer in time. Redirects are not followed."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature": sign_sha1(body, self.app.secret),
            "X-Hub-Signature-256": sign(body, self.app.secret),
        }
        return await connection.post(self.app.callback_url, headers, body, TIMEOUT_S)

    def _unsubscribe(self, page: Page):
        """Unsubscribe the app from the Page after an hour of failures, as Facebook does, and drop its webhooks."""
        page.subscriptions.pop(self.app.id, None)
        self._waiting = deque(webhook for webhook in self._waiting if webhook.page is not page)
        if not self._waiting:
            self._is_filled.clear()
        for task in [task for task, about in self._retries.items() if about is page]:
            task.cancel()  # the calling task is among them: it has nothing left to do


def _batched(webhooks: list[Webhook], most: int) -> list[Webhook]:
    """Join neighbours about the same Page, up to `most` entries in one body."""
    batches: list[Webhook] = []
    for webhook in webhooks:
        if batches and batches[-1].page is webhook.page and len(batches[-1].entries) < most:
            batches[-1].entries += webhook.entries
        else:
            batches.append(webhook)
    return batches
