"""The latest result of a function that is called again only after a while, however many requests want it."""

import asyncio
import time
from contextvars import Context

from asgiref.sync import sync_to_async


class Latest:
    """The latest result of a blocking function. One call runs at a time, in a thread; all requests get its result."""

    def __init__(self, function, seconds):
        self._function, self._seconds = function, seconds
        self._call, self._until = None, 0

    async def result(self):
        if self._call is None or (self._call.done() and time.monotonic() > self._until):
            self._until = time.monotonic() + self._seconds
            call = sync_to_async(self._function, thread_sensitive=False)
            self._call = asyncio.create_task(call(), context=Context())  # for others too
        return await asyncio.shield(self._call)
