"""A thread that publishes tasks to the broker in order, so that no request waits for Redis.

A task may be lost with its process, or because too many wait: the next sweep finds its work seconds later.
"""

import logging
import queue
import threading
import time

from kombu.exceptions import OperationalError

MOST = 10_000  # tasks that wait for a Redis that is away
REST = 1  # s after a task that Redis did not accept

logger = logging.getLogger(__name__)


class Publisher:
    def __init__(self):
        self._waiting = queue.Queue(MOST)
        threading.Thread(target=self._work, name="publisher", daemon=True).start()

    def __call__(self, publish):
        try:
            self._waiting.put_nowait(publish)
        except queue.Full:
            logger.warning("Redis is away and %s tasks wait for it: this one is left to the sweep", MOST)

    def finish(self, seconds):
        """Wait until the tasks that wait now are published, for at most so many seconds."""
        is_done = threading.Event()
        self(is_done.set)
        is_done.wait(seconds)

    def _work(self):
        while publish := self._waiting.get():
            while not self._is_done(publish):
                time.sleep(REST)

    def _is_done(self, publish):
        """Publish a task; return False if it should be tried again."""
        try:
            publish()
        except OperationalError as error:
            logger.warning("Redis is away: tasks wait for it (%s)", type(error).__name__)
            return False
        except Exception:
            logger.exception("A task could not be sent: the sweep finds what it was to do")
        return True
