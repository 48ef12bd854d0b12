"""Facebook's clock: real time plus the time that was skipped."""

import asyncio
import time
from contextlib import suppress


class Clock:
    """Milliseconds since 1970. `advance` moves the clock forward and ends the sleeps that are then over."""

    def __init__(self):
        self.ahead_ms = 0
        self._last_stamp = 0
        self._moved = asyncio.Event()

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead_ms

    def stamp(self) -> int:
        """Return a unique time, later than all before it, for a message or an event."""
        self._last_stamp = max(self.now(), self._last_stamp + 1)
        return self._last_stamp

    def advance(self, seconds: float):
        self.ahead_ms += int(seconds * 1000)
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float):
        until = self.now() + seconds * 1000
        while (left_ms := until - self.now()) > 0:
            await self._moved_within(left_ms / 1000)

    async def _moved_within(self, seconds: float):
        with suppress(TimeoutError):
            await asyncio.wait_for(self._moved.wait(), seconds)
