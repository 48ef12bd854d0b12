"""One run: start, let all go wrong, let all be well, compare."""

import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.chaos import witness
from tests.chaos.checker import STATE, Verdict, judge
from tests.chaos.drivers import CROWD, FINISH, Pace, Talk, log_in_all
from tests.chaos.facebook import Facebook
from tests.chaos.faults import Weather
from tests.chaos.people import MORTAL, PAGES
from tests.chaos.stack import running_stack

MOST_SHOWN = 15  # differences


@dataclass
class Outcome:
    seed: int
    verdict: Verdict
    faults: Counter
    seconds: dict = field(default_factory=dict)
    gave_up: Counter = field(default_factory=Counter)

    @property
    def is_clean(self):
        return not self.verdict.differences

    def report(self):
        """A table of counts and the first differences."""
        count = self.verdict.count
        throughput = (count["arrived"] + count["written"]) / max(self.seconds["chaos"], 1)
        lines = [f"seed {self.seed}"]
        lines += [f"  {name:<26}{number:>7}" for name, number in sorted(self.faults.items())]
        lines += [f"  {name + ' ended by itself':<26}{number:>7}" for name, number in self.gave_up.items()]
        lines += [f"  {'s ' + name:<26}{seconds:>7.0f}" for name, seconds in self.seconds.items()]
        lines += [f"  {'messages each second':<26}{throughput:>7.1f}"]
        informative = ["typed", "arrived", "written", "failed", "unsettled", "as the Page"]
        lines += [f"  {name:<26}{count[name]:>7}" for name in informative]
        lines += [f"  {name.upper():<26}{number:>7}" for name, number in self.verdict.totals.items()]
        lines += [f"{kind}: {sentence}" for kind, sentence in self.verdict.differences[:MOST_SHOWN]]
        more = len(self.verdict.differences) - MOST_SHOWN
        return "\n".join([*lines, f"… and {more} more"] if more > 0 else lines)


def run(*, seed, seconds, conversations, mutation="", hurry=False, pace=None, may_tokens_die=True, keep_logs=None):
    """→ the Outcome. pace: s between two steps of a conversation, on average."""
    began = time.monotonic()
    with running_stack(keep_logs, mutation=mutation, hurry=hurry) as stack:
        facebook, database = Facebook(stack.sandbox_url), witness.Database(stack.postgres.url)
        browsers = log_in_all(stack.console_url)
        pace = Pace(pace or conversations / 16)
        talks = _talks(conversations, seed, facebook, browsers, pace, database.ask)
        weather = Weather(seed, stack, facebook, may_tokens_die=may_tokens_die)
        spent = {"to start": time.monotonic() - began}

        watch = threading.Thread(target=_watch, args=[facebook, pace], daemon=True)
        for thread in (*talks, watch):
            thread.start()
        spent["chaos"] = _timed(lambda: weather.rage(seconds, look=lambda: None))
        weather.clear()
        spent["to the last Send"] = _timed(lambda: _finish(talks, pace, stack))
        verdict = Verdict()
        try:
            spent["until quiet"] = _timed(lambda: witness.wait_until_quiet(facebook, database))
        except witness.NeverQuiet as unfinished:
            verdict.add(STATE, f"it never came to rest: {unfinished}")
        told = [talk for talk in talks if hasattr(talk, "pk")]
        mortal = {MORTAL[0]} if weather.count["tokens ended"] else set()
        judged = judge(witness.threads(told, facebook, database, browsers[0], mortal))
        judged.differences[:0] = verdict.differences
        for talk in talks:
            if talk.problem:
                judged.add(STATE, f"conversation {talk.number} could not go on: {talk.problem}")
        return Outcome(seed, judged, weather.count, spent, stack.gave_up)


def _talks(count, seed, facebook, browsers, pace, ask):
    rng = random.Random(f"{seed}-cast")
    return [
        Talk(number, PAGES[number % len(PAGES)], seed, facebook, rng.sample(browsers, 3), pace, ask)
        for number in range(count)
    ]


def _watch(facebook, pace):
    """Whether more webhooks wait than the console can take in."""
    while not pace.is_over.wait(1):
        try:
            crowded = facebook.waiting() > CROWD
        except OSError:  # of requests too
            continue
        (pace.is_crowded.set if crowded else pace.is_crowded.clear)()


def _finish(talks, pace, stack):
    """Let every driver have what it sent confirmed."""
    pace.is_over.set()
    deadline = time.monotonic() + FINISH
    for talk in talks:
        talk.join(max(0, deadline - time.monotonic()))
        if talk.is_alive():
            talk.problem = "the console does not confirm what was sent"


def _timed(do):
    began = time.monotonic()
    do()
    return time.monotonic() - began
