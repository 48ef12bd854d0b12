"""Wake the worker that processes webhooks. A thread of its own sends the task, and one task serves many webhooks.

The stored rows are the queue: if a task is lost, with its process or with Redis, the next sweep finds them.
"""

import logging
import threading
import time

from console import tasks

PAUSE = 0.02  # s between two tasks: a worker that is busy looks for further webhooks by itself
REST = 1  # s after a task that Redis did not accept

logger = logging.getLogger(__name__)
_rung = threading.Event()
_start = threading.Lock()
_ringer = None


def ring():
    _rung.set()
    if _ringer is None:
        _start_ringer()


def _start_ringer():
    """Start the thread on first use: a server that forks after loading would lose an earlier one."""
    global _ringer
    with _start:
        if _ringer is None:
            _ringer = threading.Thread(target=_listen, name="bell", daemon=True)
            _ringer.start()


def _listen():
    while _rung.wait():
        _rung.clear()
        try:
            tasks.process_webhooks.apply_async(retry=False, is_waited_for=True)
            time.sleep(PAUSE)
        except Exception as error:  # this thread must go on after any error
            logger.warning("Redis is away: what Facebook tells us waits for the next sweep (%s)", type(error).__name__)
            time.sleep(REST)
            _rung.set()
