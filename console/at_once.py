"""Threads of this process for what shall not take the way through the broker. Who finds none free takes that way."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

THREADS = 16

logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="at-once")
_free = threading.Semaphore(THREADS)


def run(work):
    """Whether a thread was free and does it."""
    if not _free.acquire(blocking=False):
        return False
    _threads.submit(_run, work)
    return True


def _run(work):
    try:
        work()
    except Exception:
        logger.exception("What was to be done at once was not: the sweep finds it")
    finally:
        connection.close()  # back into the pool
        _free.release()
