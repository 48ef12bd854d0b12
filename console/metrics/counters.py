"""Counters of all processes together, in Redis: each process adds up its own, and sends them every few seconds.

So each web server can show them all, and no worker needs a port. Where the data in Redis is lost, they begin at zero.
"""

import atexit
import threading
import time
from collections import Counter

from redis import RedisError

from console.infrastructure.redis import redis

KEY = "metrics"  # a hash: {"name|label": number}
SEND_EVERY = 5  # s


class Counters:
    """The counters of this process that are still to be sent, and the thread that sends them."""

    def __init__(self):
        self._waiting, self._lock, self._thread = Counter(), threading.Lock(), None

    def add(self, name, label="", amount: float = 1):
        with self._lock:
            self._waiting[f"{name}|{label}"] += amount
            if self._thread is None:
                self._start()

    def send(self):
        """Send the additions, and keep those that Redis does not take."""
        with self._lock:
            sent, self._waiting = self._waiting, Counter()
        for field, amount in sent.items():
            try:
                redis().hincrbyfloat(KEY, field, amount)
            except RedisError:
                self.add(*field.split("|"), amount=amount)

    def _start(self):
        self._thread = threading.Thread(target=self._keep_sending, name="counters", daemon=True)
        self._thread.start()
        atexit.register(self.send)

    def _keep_sending(self):
        while True:
            time.sleep(SEND_EVERY)
            self.send()


counters = Counters()
add = counters.add


def totals():
    """Return {name: {label: number}} of all processes. Raises RedisError without Redis."""
    found = {}
    for field, number in redis().hgetall(KEY).items():
        name, _bar, label = field.partition("|")
        found.setdefault(name, {})[label] = float(number)
    return found
