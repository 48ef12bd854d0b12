"""A pool of threads for work that should not go through the broker. If no thread is free, the work is queued after all.

One Page never gets all threads, so that a slow bot leaves some to the other Pages. The worker of the queue counts its
threads in the same way.
"""

import logging
import math
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

from django.db import connection

THREADS = 16
MOST_FOR_ONE_PAGE = 8  # of these threads
MOST_OF_WORKER_FOR_ONE_PAGE = 8  # of the 32 threads of a worker, see bin/run.py

logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="thread-pool")
_busy, _counting = Counter(), threading.Lock()


def submit(page_id, work):
    """Run the work in a thread; return False if none is free for this Page."""
    if not _take(page_id, MOST_FOR_ONE_PAGE, among=THREADS):
        return False
    try:
        _threads.submit(copy_context().run, _run, page_id, work)
    except RuntimeError:  # the operating system gives no more threads
        _leave(page_id)
        return False
    return True


@contextmanager
def share(page_id):
    """Yield whether this Page may use one more thread, and count that thread as in use meanwhile."""
    is_free = _take(page_id, MOST_OF_WORKER_FOR_ONE_PAGE)
    try:
        yield is_free
    finally:
        if is_free:
            _leave(page_id)


def _run(page_id, work):
    try:
        work()
    except Exception:
        logger.exception("Work in a thread of its own failed: the sweep finds what is left")
    finally:
        connection.close()  # back into the pool
        _leave(page_id)


def _take(page_id, most, among=math.inf):
    with _counting:
        is_free = _busy[page_id] < most and _busy.total() < among
        _busy[page_id] += is_free
    return is_free


def _leave(page_id):
    with _counting:
        _busy[page_id] -= 1
