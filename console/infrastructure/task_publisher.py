"""A thread that publishes tasks to the broker in order, so that no request and no worker waits for Redis.

Tasks are lost if the process ends or too many of them wait. The next sweep does their work seconds later.
"""

import logging
import queue
import threading
import time

from kombu.exceptions import OperationalError

MOST_WAITING = 10_000  # tasks that wait for a Redis that is away
RETRY_AFTER = 1  # s after a task that Redis did not accept

logger = logging.getLogger(__name__)


class TaskPublisher:
    """A queue of tasks, and the thread that publishes them. Call it with a function that publishes a task."""

    def __init__(self):
        self._waiting = queue.Queue(MOST_WAITING)
        threading.Thread(target=self._publish_all, name="task-publisher", daemon=True).start()

    def __call__(self, publish):
        try:
            self._waiting.put_nowait(publish)
        except queue.Full:
            logger.warning(
                "Redis is away and %s tasks wait for it: the next sweep does the work of this one", MOST_WAITING
            )

    def finish(self, seconds):
        """Wait until the queued tasks are published, for at most so many seconds."""
        is_done = threading.Event()
        self(is_done.set)
        is_done.wait(seconds)

    def _publish_all(self):
        while publish := self._waiting.get():
            while not self._try(publish):
                time.sleep(RETRY_AFTER)

    def _try(self, publish):
        """Publish a task. Return False if it should be retried."""
        try:
            publish()
        except OperationalError as error:
            logger.warning("Redis is away: tasks wait for it (%s)", type(error).__name__)
            return False
        except Exception:
            logger.exception("A task could not be published: the next sweep does its work")
        return True
