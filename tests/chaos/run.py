"""One run: start everything, cause faults, end them, and compare."""

import random
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.chaos import desks, letters_witness, witness
from tests.chaos.bot import Bots
from tests.chaos.calm import Calm
from tests.chaos.checker import STATE, Verdict, judge
from tests.chaos.drivers import CROWD, FINISH, Browser, Load, Talk, log_in_all
from tests.chaos.facebook import Facebook
from tests.chaos.faults import Weather
from tests.chaos.letters import Leaving, Letter
from tests.chaos.letters_checker import judge_letters
from tests.chaos.other_app import OtherApp, Routed
from tests.chaos.outsider import Outsider, judge_sight
from tests.chaos.people import LEAVER, PAGES, ROUTED
from tests.chaos.stack import APP_SECRET, running_stack

MOST_SHOWN = 15  # differences
LETTERS_AT_LEAST = 3  # beside the conversations that are asked for
PATIENCE = 420  # s: a dead worker's lease, Facebook's limits and a persona's claim must expire within


@dataclass
class Plan:
    seed: int
    seconds: int  # for which things go wrong
    conversations: int
    think_time: float | None = None  # s between two steps of a conversation, on average
    mutation: str = ""
    desks: int = 1  # real browsers
    deaths: bool = True  # whether a Page's token may end
    patience: int = PATIENCE
    logs: str | None = None  # the folder in which to keep them
    calm: bool = False  # nothing goes wrong: calm.py


@dataclass
class Outcome:
    seed: int
    verdict: Verdict
    faults: Counter
    seconds: dict = field(default_factory=dict)
    gave_up: Counter = field(default_factory=Counter)
    errors: Counter = field(default_factory=Counter)

    @property
    def is_clean(self):
        return not self.verdict.differences

    def report(self):
        """Return a table of counts, and the first differences."""
        count = self.verdict.count
        throughput = (count["arrived"] + count["written"]) / max(self.seconds["chaos"], 1)
        lines = [f"seed {self.seed}"]
        lines += [f"  {name:<26}{number:>7}" for name, number in sorted(self.faults.items())]
        lines += [f"  {name:<26}{number:>7}" for name, number in sorted(self.errors.items())]
        lines += [f"  {name + ' ended by itself':<26}{number:>7}" for name, number in self.gave_up.items()]
        lines += [f"  {'s ' + name:<26}{seconds:>7.0f}" for name, seconds in self.seconds.items()]
        lines += [f"  {'messages each second':<26}{throughput:>7.1f}"]
        informative = ["typed", "arrived", "written", "unsettled", "as the Page"]
        informative += ["said by bots", "received by bots", "handovers"]
        informative += ["posted", "letters that arrived", "letters that arrived twice"]
        informative += ["calls made late", "said elsewhere too", "unsent", "personas of who left"]
        informative += ["rows on an outsider's stream"]
        lines += [f"  {name:<26}{count[name]:>7}" for name in informative]
        lines += [f"  {name.upper():<26}{number:>7}" for name, number in self.verdict.totals.items()]
        lines += [f"{kind}: {sentence}" for kind, sentence in self.verdict.differences[:MOST_SHOWN]]
        more = len(self.verdict.differences) - MOST_SHOWN
        return "\n".join([*lines, f"… and {more} more"] if more > 0 else lines)


def run(plan):
    """Do one run and return its Outcome."""
    began = time.monotonic()
    in_programs = "" if plan.mutation in desks.MUTATIONS else plan.mutation
    with running_stack(plan.logs, mutation=in_programs) as stack, ExitStack() as ends:
        facebook, database = Facebook(stack.sandbox_url), witness.Database(stack.postgres.url)
        load = Load(plan.think_time or plan.conversations / 16)
        ends.callback(load.give_up)
        browsers = log_in_all(stack.console_urls, load)
        bots = ends.enter_context(Bots(stack.bot_port, stack.sandbox_url, APP_SECRET, plan.seed))
        talks = _talks(plan, facebook, browsers, load, database.ask)
        other_app = OtherApp(facebook)
        for talk in talks:
            talk.routed = Routed(talk, other_app) if talk.page[0] == ROUTED else None
        at_desks = desks.sit_down_all(plan, facebook, stack.console_url, load, database.ask)
        talks += at_desks
        letters = [] if plan.calm else _letters(plan, facebook, browsers, load, database.ask)
        outsider = Outsider(stack.console_urls, load)
        leaving = Leaving(browsers[0].urls, load, database.ask)
        weather = Calm(stack) if plan.calm else Weather(plan.seed, stack, facebook, bots, may_tokens_die=plan.deaths)
        spent = {"to start": time.monotonic() - began}

        watch = threading.Thread(target=_watch, args=[facebook, load], daemon=True)
        leave = threading.Thread(target=leaving.after, args=[plan.seconds / 2], daemon=True)
        for thread in (*talks, *letters, watch, leave):
            thread.start()
        spent["chaos"] = _timed(lambda: weather.rage(plan.seconds))
        weather.let_all_wait()
        spent["to the last Send"] = _timed(lambda: _finish([*talks, *letters], load, weather))
        bots.finish()
        # After the last Send only the sweep can find what still waits.
        weather.empty_redis()
        weather.clear()
        verdict = Verdict()
        spent["until quiet"] = _timed(lambda: _come_to_rest(stack, facebook, database, plan.patience, verdict))
        begun = [talk for talk in talks if talk.pk]
        lost = {int(pk) for pk in stack.run("-m", "tests.chaos.cast", "out-of-sight").split()}
        judge(witness.threads(begun, facebook, database, browsers[0], bots, lost), verdict)
        judge_letters(letters_witness.letters([one for one in letters if one.pk], facebook, database), verdict)
        letters_witness.judge_leaving(leaving, facebook, database, verdict)
        judge_sight(outsider, database, verdict)
        for talk in [*talks, *letters]:
            if talk.error:
                verdict.add(STATE, f"conversation {talk.number} could not go on: {talk.error}")
        for error in bots.problems:
            verdict.add(STATE, error)
        if plan.calm:
            weather.judge(verdict)
        counts = weather.count + bots.count + other_app.count + desks.losses(at_desks)
        return Outcome(plan.seed, verdict, counts, spent, stack.gave_up, _errors(facebook))


def _come_to_rest(stack, facebook, database, patience, verdict):
    try:
        witness.wait_until_quiet(facebook, database, patience, stack.start_missing)
    except witness.NeverQuiet as unfinished:
        verdict.add(STATE, f"it never came to rest: {unfinished}")


def _talks(plan, facebook, browsers, load, ask):
    rng = random.Random(f"{plan.seed}-cast")
    return [
        Talk(number, PAGES[number % len(PAGES)], plan.seed, facebook, rng.sample(browsers, 3), load, ask)
        for number in range(plan.conversations)
    ]


def _letters(plan, facebook, browsers, load, ask):
    leaver = Browser(browsers[0].urls, LEAVER, load.is_given_up).log_in()
    count = max(LETTERS_AT_LEAST, plan.conversations // 4)
    return [Letter(number, plan, facebook, [*browsers, leaver], load, ask) for number in range(count)]


def _errors(facebook):
    """Count Facebook's errors by code. Connections that were cut after the effect cannot be counted."""
    answers = [call["response"] for call in facebook.get("requests?since=0")]
    codes = [answer["error"]["code"] for answer in answers if isinstance(answer, dict) and "error" in answer]
    return Counter(f"Graph calls answered {code}" for code in codes) + Counter(
        {"Graph calls cut before": answers.count(None)}
    )


def _watch(facebook, load):
    """Slow the drivers down while more webhooks wait than the console can process."""
    while not load.is_over.wait(1):
        try:
            crowded = facebook.waiting() > CROWD
        except OSError:  # of requests too
            continue
        (load.is_crowded.set if crowded else load.is_crowded.clear)()


def _finish(talks, load, weather):
    """Wait until the console has confirmed to every driver what it sent."""
    load.is_over.set()
    deadline = time.monotonic() + FINISH
    while any(talk.is_alive() for talk in talks) and time.monotonic() < deadline:
        weather.stack.start_missing()
        time.sleep(0.2)
    for talk in talks:
        if talk.is_alive():
            talk.error = "the console does not confirm what was sent"


def _timed(do):
    began = time.monotonic()
    do()
    return time.monotonic() - began
