"""Takes webhooks to apps: signed, in order, each again by itself when it fails.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import TYPE_CHECKING

import requests

from messenger.events import serialise
from messenger.signature import sign, sign_sha1

from .clock import Clock
from .wire import Wire

if TYPE_CHECKING:
    from .cast import App, Page

TIMEOUT_S = 5
# Facebook says "a few tries at once" and nothing about the rhythm after them: assumed. All on the sandbox's clock.
PAUSES_S = (0.2, 1, 3, 10, 30, 60, 120, 300)
GIVE_UP_AFTER_MS = 3_600_000
SHUFFLE_COLLECTS_S = 0.05
# So many waiting are a crowd: then they go together, as Facebook's do, or they would never be through.
CROWD = 1000
CROWD_ENTRIES = 20


@dataclass
class Manners:
    """How webhooks are delivered from now on. `shuffle` mixes whatever waits at that moment; `entries` is how many
    may come in one body."""

    duplicate: bool = False
    shuffle: bool = False
    delay_s: float = 0
    pause: bool = False
    entries: int = 1
    flowing: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self):
        self.flowing.set()

    def change(self, **wanted):
        for name, value in wanted.items():
            setattr(self, name, value)
        if self.pause:
            self.flowing.clear()
        else:
            self.flowing.set()


class Courier:
    def __init__(self, clock: Clock):
        self.clock = clock
        self.manners = Manners()
        self._lanes: dict[str, Lane] = {}
        self._is_closed = False

    def post(self, app: App, page: Page, event: dict, where: str = "messaging"):
        """One event per entry, one entry per body unless told otherwise: some bots read no more than the first."""
        entry = {"id": page.id, "time": self.clock.now(), where: [event]}
        if not self._is_closed:
            self._lane(app).put(app, Letter(page, [entry]))

    def waiting(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def close(self):
        """What was not delivered never will be."""
        self._is_closed = True
        for lane in self._lanes.values():
            lane.close()

    def _lane(self, app: App) -> Lane:
        if app.id not in self._lanes:
            self._lanes[app.id] = Lane(self.clock, self.manners)
        return self._lanes[app.id]


@dataclass
class Letter:
    page: Page
    entries: list[dict]

    def body(self) -> bytes:
        return serialise({"object": "page", "entry": self.entries})


class Lane:
    """One app's webhooks, one after the other. One that fails is tried again by itself, for an hour, while those
    behind it pass."""

    def __init__(self, clock: Clock, manners: Manners):
        self.clock = clock
        self.manners = manners
        self._waiting: deque[Letter] = deque()
        self._filled = asyncio.Event()
        self._failed: dict[asyncio.Task, Page] = {}
        self._wire, self._second_wire = Wire(), Wire()
        self._second_wire_free = asyncio.Lock()
        self._task = asyncio.create_task(self._run())

    def __len__(self) -> int:
        return len(self._waiting) + len(self._failed)

    def put(self, app: App, letter: Letter):
        self.app = app
        self._waiting.append(letter)
        self._filled.set()

    def close(self):
        for task in (self._task, *self._failed):
            task.cancel()
        self._wire.close()
        self._second_wire.close()

    async def _run(self):
        while True:
            await self._filled.wait()
            await self.manners.flowing.wait()
            for letter in await self._collect():
                await self._deliver(letter)

    async def _collect(self) -> list[Letter]:
        if self.manners.shuffle:
            await asyncio.sleep(SHUFFLE_COLLECTS_S)
        entries = max(self.manners.entries, CROWD_ENTRIES if len(self._waiting) > CROWD else 1)
        count = len(self._waiting) if self.manners.shuffle else entries
        letters = [self._waiting.popleft() for _ in range(min(count, len(self._waiting)))]
        if not self._waiting:
            self._filled.clear()
        letters = _bound(letters, entries)
        letters = [letter for letter in letters for _ in range(2 if self.manners.duplicate else 1)]
        if self.manners.shuffle:
            secrets.SystemRandom().shuffle(letters)
        return letters

    async def _deliver(self, letter: Letter):
        if self.manners.delay_s:
            await asyncio.sleep(self.manners.delay_s)
        began = self.clock.now()
        if await self._post(self._wire, letter.body()) != 200:
            task = asyncio.create_task(self._retry(letter, began))
            self._failed[task] = letter.page
            task.add_done_callback(self._failed.pop)

    async def _retry(self, letter: Letter, began: int):
        for pause in chain(PAUSES_S, repeat(PAUSES_S[-1])):
            await self.clock.sleep(pause)
            await self.manners.flowing.wait()
            async with self._second_wire_free:
                if await self._post(self._second_wire, letter.body()) == 200:
                    return
            if self.clock.now() - began >= GIVE_UP_AFTER_MS:
                return self._give_up(letter.page)

    async def _post(self, wire: Wire, body: bytes) -> int | None:
        """→ the HTTP status. A redirect is not followed; one who never answers is not waited for."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "facebookexternalua",
            "X-Hub-Signature": sign_sha1(body, self.app.secret),
            "X-Hub-Signature-256": sign(body, self.app.secret),
        }
        return await wire.post(self.app.callback_url, headers, body, TIMEOUT_S)

    def _give_up(self, page: Page):
        """After an hour of failures Facebook unsubscribes the app from the Page, and forgets what it had for it."""
        page.subscriptions.pop(self.app.id, None)
        self._waiting = deque(letter for letter in self._waiting if letter.page is not page)
        if not self._waiting:
            self._filled.clear()
        for task in [task for task, about in self._failed.items() if about is page]:
            task.cancel()  # the one that gives up among them: it has nothing left to do


def _bound(letters: list[Letter], most: int) -> list[Letter]:
    """Several letters about the same Page in one body."""
    bound: list[Letter] = []
    for letter in letters:
        if bound and bound[-1].page is letter.page and len(bound[-1].entries) < most:
            bound[-1].entries += letter.entries
        else:
            bound.append(letter)
    return bound


async def verify_callback(url: str, verify_token: str) -> str | None:
    """Ask the app whether it wants webhooks there, as Facebook does. → what is wrong, None when nothing is."""
    return await asyncio.to_thread(_verify_callback, url, verify_token)


def _verify_callback(url: str, verify_token: str) -> str | None:
    challenge = str(secrets.randbelow(10**10))
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token, "hub.challenge": challenge}
    try:
        answer = requests.get(url, params=query, timeout=TIMEOUT_S, allow_redirects=False)
    except (requests.RequestException, ValueError):
        return "no answer"
    if answer.status_code != 200:
        return f"HTTP Status Code = {answer.status_code}"
    return None if answer.text == challenge else "the challenge did not come back"
