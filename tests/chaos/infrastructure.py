"""What goes wrong below the console without being killed: servers hang, Redis and the disk are full, clocks jump.

Each lasts for some seconds and ends by itself. The disk and the clocks are those of the console's programs alone, see
mutations/hardware.py: no other program on this machine bot_events.
"""

import os
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from redis import Redis

HANGS = (3, 5)  # s for which a server says nothing, and shorter than the console waits for it before it gives up
WEBS = ["web", "web-2"]
OTHERS = ["worker-1", "worker-2", "reader-1", "reader-2", "background"]
LASTS = (1, 4)  # s for which memory, disk or clock is not as it should be
AT_FIRST = (6, 9)  # s of a full disk while agents take their first conversations
JUMPS = [-40, -5, 5, 40]  # s by which a program's clock is suddenly off
AHEAD = (1, 20)  # s by which Facebook's clock jumps; it never goes back


class Infrastructure:
    """`kinds`: each with its weight, as the Weather's own; `due`: those that no run does without."""

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
        """With a disk that is full while the first personas are painted: later there is little to write."""
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
        """It refuses whatever needs memory, and goes on giving out what it has."""
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
        """Its clock, forth or back, and then back again."""
        self.count["clocks jumped"] += 1
        with self.stack.hardware.changed(f"clock-{program}", str(self.rng.choice(JUMPS))):
            self._wait(LASTS)

    def _wait(self, seconds):
        time.sleep(self.rng.uniform(*seconds))


class Hardware:
    """Files in a folder that the console's programs look at: what is wrong with the machine as they see it."""

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
    """The process and its children stand still: connections stay open, and nothing is answered."""
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
    with suppress(ProcessLookupError):  # a session of PostgreSQL's that ended just now
        os.kill(pid, number)
