"""Wakes the readers. However many webhooks ring at once, each ring is followed by one task, sent beside the request.

The rows are what counts: a ring that is lost, with its process or its Redis, costs the seconds until the next sweep.
"""

import logging
import threading
import time

from console import tasks

PAUSE = 0.02  # s between two rings: who reads looks for more by itself
REST = 1  # s after a ring that Redis did not take

logger = logging.getLogger(__name__)
_rung = threading.Event()
_start = threading.Lock()
_ringer = None


def ring():
    _rung.set()
    if _ringer is None:
        _start_ringer()


def _start_ringer():
    """On first use: a server that forks after loading would lose a thread that was started before."""
    global _ringer
    with _start:
        if _ringer is None:
            _ringer = threading.Thread(target=_listen, name="bell", daemon=True)
            _ringer.start()


def _listen():
    while _rung.wait():
        _rung.clear()
        try:
            tasks.read_arrivals.apply_async(retry=False, is_waited_for=True)
            time.sleep(PAUSE)
        except Exception as error:  # whatever it is, this thread has to go on
            logger.warning("Redis is away: what Facebook tells us waits for the next sweep (%s)", type(error).__name__)
            time.sleep(REST)
            _rung.set()
