"""Wake up a processor, the worker that processes stored webhooks. One task serves many webhooks.

The stored rows are the queue: if a task is lost with its process or with Redis, the next sweep processes them.
"""

import logging
import threading
import time

from console import tasks

PAUSE = 0.02  # s between two tasks: a worker that is busy looks for further webhooks by itself
RETRY_AFTER = 1  # s after a task that Redis did not accept

logger = logging.getLogger(__name__)
_requested = threading.Event()
_starting = threading.Lock()
_thread = None


def wake_processor():
    """Have the thread send a task. Return at once, even if Redis is away."""
    _requested.set()
    if _thread is None:
        _start_thread()


def _start_thread():
    """Start the thread on first use: a server that forks after loading would lose an earlier one."""
    global _thread
    with _starting:
        if _thread is None:
            _thread = threading.Thread(target=_send_tasks, name="wake-up", daemon=True)
            _thread.start()


def _send_tasks():
    while _requested.wait():
        _requested.clear()
        try:
            tasks.process_webhooks.apply_async(retry=False, is_waited_for=True)
            time.sleep(PAUSE)
        except Exception as error:  # this thread must go on after any error
            logger.warning("Redis is away: stored webhooks wait for the next sweep (%s)", type(error).__name__)
            time.sleep(RETRY_AFTER)
            _requested.set()
