"""A long run without faults: each program has to keep its memory, and no log may have an error."""

import time
from collections import Counter
from pathlib import Path
from statistics import median

from tests.chaos.checker import STATE

EVERY = 5  # s between two looks at the memory
WARM_UP = 0.3  # share of the run for which caches may fill
GROWTH = 1.1  # of a program's memory, from the first third after that to the last one
SLACK = 8  # MiB besides
LEAST = 60  # looks that can be judged, which is five minutes
KEEPERS = {"sandbox"}  # it keeps every message


class Calm:
    """A stand-in for `faults.Weather` with nothing going wrong."""

    def __init__(self, stack):
        self.stack, self.count = stack, Counter()
        self.looks = []  # {program: MiB}
        self.logged = {}  # characters of each log when the run began: sweeps find no tables before

    def rage(self, seconds):
        self.logged = {name: len(self.stack.log(name)) for name in self.stack.commands}
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.looks.append({name: rss(process.pid) for name, process in self.stack.programs.items()})
            time.sleep(EVERY)

    def let_all_wait(self):
        pass

    def empty_redis(self):
        pass

    def clear(self):
        pass

    def judge(self, verdict):
        """Compare the memory of each program, and look for errors in the logs."""
        judge_memory(self.looks, self.count, verdict)
        judge_logs({name: self.stack.log(name)[start:] for name, start in self.logged.items()}, verdict)


def judge_memory(looks, count, verdict):
    """Judge looks, each {program: MiB} in the order of time. count gets each program's memory at first and at last."""
    looks = looks[round(len(looks) * WARM_UP) :]
    third = len(looks) // 3
    if not third:
        return
    for name in looks[0].keys() - KEEPERS:
        first, last = (median(look[name] for look in part) for part in (looks[:third], looks[-third:]))
        count |= {f"MiB of {name}, at first": round(first), f"MiB of {name}, at last": round(last)}
        if len(looks) >= LEAST and last > first * GROWTH + SLACK:
            verdict.add(STATE, f"the memory of {name} grew from {first:.0f} to {last:.0f} MiB")


def judge_logs(logs, verdict):
    for name, log in logs.items():
        for line in log.splitlines():
            if " ERROR " in line or line.startswith("Traceback"):
                verdict.add(STATE, f"{name} logged: {line[:200]}")


def rss(pid):
    """Return the memory of a process in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0
