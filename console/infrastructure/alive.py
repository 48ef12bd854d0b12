"""A file whose age shows that a worker is alive, for health checks that cost nothing.

`celery inspect ping` starts a Python process for more than a second at each check.
"""

import os
from pathlib import Path

from celery.bootsteps import StartStopStep

TOUCHED_EVERY = 5  # s


class Alive(StartStopStep):
    """Touch ALIVE_FILE while the worker takes tasks from Redis. Without this environment variable, do nothing."""

    requires = {"celery.worker.consumer.tasks:Tasks"}

    def __init__(self, consumer, **options):
        super().__init__(consumer, **options)
        self.file = os.environ.get("ALIVE_FILE")
        self.touching = None

    def include_if(self, consumer):
        return bool(self.file)

    def start(self, consumer):
        self._touch()
        self.touching = consumer.timer.call_repeatedly(TOUCHED_EVERY, self._touch)

    def stop(self, consumer):
        if self.touching:
            self.touching.cancel()
            self.touching = None

    def _touch(self):
        Path(self.file).touch()
