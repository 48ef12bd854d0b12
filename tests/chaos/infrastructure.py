"""Faults of the infrastructure: servers hang, Redis or the disk is full, clocks jump.

Each lasts for some seconds and ends by itself. Only the console's programs see the full disk and the wrong clocks (see
mutations/hardware.py); no other program on this machine does.
"""

import os
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from redis import Redis

HANGS = (3, 5)  # s for which a server hangs: less than the console waits for it
WEBS = ["web", "web-2"]
OTHERS = ["worker-1", "worker-2", "processor-1", "processor-2", "background"]
LASTS = (1, 4)  # s for which memory or disk is full, or a clock is wrong
AT_FIRST = (6, 9)  # s of a full disk while agents take their first conversations
JUMPS = [-40, -5, 5, 40]  # s by which a program's clock is wrong
AHEAD = (1, 20)  # s by which Facebook's clock jumps; it never goes back


class Infrastructure:
    """Faults of the infrastructure. `kinds`: each with its weight; `due`: those that every run must contain."""

    def __init__(self, rng, stack, facebook, count):
        self.rng, self.stack, self.facebook, self.count = rng, stack, facebook, count
        self.kinds = {
            self.hang_postgres: 3,
            self.hang_redis: 3,
            self.fill_redis: 3,
            self.fill_disk: 4,
            self.jump_web_clock: 4,
            self.jump_other_clock: 5,
            self.advance_facebook: 2,
        }
        self.due = [self.hang_postgres, self.hang_redis, self.fill_redis, self.jump_web_clock, self.jump_other_clock]

    def begin(self):
        """Begin with a full disk, while the first pictures of personas are made: later there is little to write."""
        self.fill_disk(AT_FIRST)

    def hang_postgres(self):
        self.count["PostgreSQL hung"] += 1
        with _frozen(self.stack.postgres.process.pid):
            self._wait(HANGS)

    def hang_redis(self):
        self.count["Redis hung"] += 1
        with _frozen(self.stack.redis.process.pid):
            self._wait(HANGS)

    def fill_redis(self):
        """Fill Redis: it refuses writes and still answers reads."""
        self.count["Redis full"] += 1
        with Redis.from_url(self.stack.redis.url) as redis:
            redis.config_set("maxmemory", 1)
            self._wait(LASTS)
            redis.config_set("maxmemory", 0)

    def fill_disk(self, seconds=LASTS):
        self.count["disk full"] += 1
        with self.stack.hardware.changed("disk", "full"):
            self._wait(seconds)

    def jump_web_clock(self):
        self._jump(self.rng.choice(WEBS))

    def jump_other_clock(self):
        self._jump(self.rng.choice(OTHERS))

    def advance_facebook(self):
        self.count["Facebook's clock jumped"] += 1
        self.facebook.post("clock", advance_s=self.rng.uniform(*AHEAD))

    def _jump(self, program):
        """Set a program's clock forward or back for some seconds."""
        self.count["clocks jumped"] += 1
        with self.stack.hardware.changed(f"clock-{program}", str(self.rng.choice(JUMPS))):
            self._wait(LASTS)

    def _wait(self, seconds):
        time.sleep(self.rng.uniform(*seconds))


class Hardware:
    """A folder of files that tell the console's programs which faults their hardware has."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o755)

    @contextmanager
    def changed(self, name, value):
        path = self.folder / name
        path.with_suffix(".new").write_text(value)
        path.with_suffix(".new").replace(path)
        try:
            yield
        finally:
            path.unlink()


@contextmanager
def _frozen(pid):
    """Stop a process and its children for a while: connections stay open, and nothing is answered."""
    family = [pid, *_children(pid)]
    try:
        for each in family:
            _signal(each, signal.SIGSTOP)
        yield
    finally:
        for each in [*family, *_children(pid)]:
            _signal(each, signal.SIGCONT)


def _children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _signal(pid, number):
    with suppress(ProcessLookupError):  # a session of PostgreSQL that has just ended
        os.kill(pid, number)
