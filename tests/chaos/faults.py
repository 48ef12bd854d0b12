"""The faults of a run and their times, drawn by a generator from the seed, in the thread that may start programs."""

import random
import time
from collections import Counter

from tests.chaos.infrastructure import Infrastructure
from tests.chaos.people import BOTS, DOOMED, LETTERS, MORTAL, PAGES

EVERY = 0.8  # s between two faults, on average
DELAY = 3  # s: longer than the console waits for an answer, and much shorter than it waits before it sends again
SENDS = {"method": "POST", "path": "/messages"}
PERSONAS = {"path": "personas"}
HISTORY = {"method": "GET", "path": "conversations"}
DOWN = (0.3, 2.0)  # s for which a program or a server stays away
LAST = 3  # s for which agents go on writing although nothing goes out
DEATH = 12  # s from a token's end to its renewal
OUTAGE = 8  # s for which a bot answers nothing but errors
BOTS_FAIL = [(0, 0), (0.3, 0), (0, 0.15), (0.3, 0.1)]  # shares of a bot's events that get an error, or no answer

# Calls that take effect, now or later, without an answer. One of these is always set: they are the hardest.
UNTOLD = [
    (SENDS, {"drop": "after", "rate": 0.15}),
    (SENDS, {"delay_s": DELAY, "drop": "after", "rate": 0.15}),
    (SENDS, {"delay_s": DELAY, "rate": 0.15}),
]
# Other faults of Facebook. Faults that hold up a whole Page are rare.
ANSWERS = [
    (SENDS, {"status": 500, "rate": 0.15}),
    (SENDS, {"error": {"code": 2, "is_transient": True}, "rate": 0.15}),
    (SENDS, {"error": {"code": 1200, "error_subcode": 2018024}, "status": 400, "rate": 0.15}),
    (SENDS, {"error": {"code": 4, "is_transient": True}, "status": 400, "times": 1}),
    (SENDS, {"error": {"code": 613}, "status": 400, "times": 1}),
    (SENDS, {"drop": "before", "rate": 0.15}),
    (SENDS, {"delay_s": DELAY, "drop": "before", "rate": 0.1}),
    (PERSONAS, {"status": 500, "rate": 0.3}),
    (PERSONAS, {"drop": "after", "rate": 0.3}),
    (PERSONAS, {"delay_s": DELAY, "rate": 0.3}),
    (HISTORY, {"status": 500, "rate": 0.3}),
    (HISTORY, {"delay_s": DELAY, "rate": 0.3}),
    (HISTORY, {"error": {"code": 613}, "status": 400, "times": 2}),
]
CALM = {"duplicate": False, "shuffle": False, "delay_s": 0, "pause": False, "entries": 1}
MANNERS = [
    {"duplicate": True},
    {"shuffle": True},
    {"duplicate": True, "shuffle": True, "entries": 3},
    {"delay_s": 0.02},
]
LATE = (1, 4)  # s for which webhooks are held back, to be delivered all at once


class Weather:
    def __init__(self, seed, stack, facebook, bots, *, may_tokens_die):
        self.rng = random.Random(f"{seed}-weather")
        self.stack, self.facebook, self.bots = stack, facebook, bots
        self.count = Counter()
        self.dead_until = 0
        self.bots_dead_until = {}
        self.kinds = {
            self.kill_worker: 26,
            self.kill_program: 8,
            self.crash_postgres: 3,
            self.restart_redis: 3,
            self.empty_redis: 3,
            self.answer_otherwise: 34,
            self.deliver_otherwise: 10,
            self.hold_webhooks: 6,
            self.delete_persona: 8,
            self.trouble_bot: 10,
            self.stop_bot: 2,
            self.end_token: 3 if may_tokens_die else 0,
        }
        self.below = Infrastructure(self.rng, stack, facebook, self.count)
        self.kinds |= self.below.kinds

    def rage(self, seconds):
        """Cause faults for so many seconds. Each kind that a run must contain comes at least once."""
        until = time.monotonic() + seconds
        due = [self.empty_redis, self.crash_postgres, self.restart_redis, self.delete_persona, self.stop_bot]
        due += [self.end_token] if self.kinds[self.end_token] else []
        due += self.below.due
        self.rng.shuffle(due)
        self.answer_otherwise()
        self.below.begin()
        spread = [seconds * (number + 1) / (len(due) + 1) for number in range(len(due))]
        began = time.monotonic()
        while due or time.monotonic() < until:
            if due and time.monotonic() - began >= spread[-len(due)]:
                due.pop(0)()
            else:
                self.rng.choices([*self.kinds], [*self.kinds.values()])[0]()
            self._renew_token()
            self._revive_bots()
            self.stack.start_missing()
            time.sleep(self.rng.uniform(0.2, 2 * EVERY - 0.2))

    def let_all_wait(self):
        """Have Facebook refuse all messages, so that each conversation has one that waits; stop one bot for good."""
        self.bots_dead_until.pop(DOOMED, None)
        self.bots.die(DOOMED)
        self.facebook.be_well()
        self.facebook.post("faults", match=SENDS, error={"code": 1200, "error_subcode": 2018024}, status=400)
        time.sleep(LAST)

    def clear(self):
        """End all faults, except that one bot stays dead."""
        self.facebook.be_well()
        self.facebook.post("webhooks", **CALM)
        self._renew_token(now=True)
        self._revive_bots(now=True)
        self.stack.start_missing()

    # Programs and servers

    def kill_worker(self):
        self._kill(self.rng.choice(["worker-1", "worker-2", "processor-1", "processor-2"]))

    def kill_program(self):
        self._kill(self.rng.choice(["web", "web-2", "background", "beat"]))

    def _kill(self, name):
        self._count(f"{name.partition('-')[0]} killed")
        self.stack.kill(name)
        self._wait()

    def crash_postgres(self):
        self._count("PostgreSQL crashed")
        self.stack.postgres.crash()
        self._wait()
        self.stack.postgres.start()

    def restart_redis(self):
        self._count("Redis crashed")
        self.stack.redis.crash()
        self._wait()
        self.stack.redis.start()

    def empty_redis(self):
        self._count("Redis lost all")
        self.stack.empty_redis()

    # Facebook

    def answer_otherwise(self):
        """Replace the faults of Facebook by others."""
        self.facebook.be_well()
        for match, fault in [self.rng.choice(UNTOLD), *self.rng.sample(ANSWERS, 2)]:
            self._count("Graph faults set")
            self.facebook.post("faults", match=match, **fault)

    def deliver_otherwise(self):
        self._count("webhooks' manners changed")
        self.facebook.post("webhooks", **CALM | self.rng.choice([*MANNERS, CALM]))

    def hold_webhooks(self):
        self._count("webhooks held back")
        self.facebook.post("webhooks", pause=True)
        self._wait(LATE)
        self.facebook.post("webhooks", pause=False)

    def delete_persona(self):
        live = [persona for persona in self.facebook.get("personas") if not persona["deleted"]]
        if live:
            self._count("personas deleted")
            gone = self.rng.choice(live)
            token = next(token for page_id, token, _name in [*PAGES, LETTERS] if page_id == gone["page_id"])
            self.facebook.delete_persona(gone["id"], token)

    def end_token(self):
        if not self.dead_until:
            self._count("tokens ended")
            self.dead_until = time.monotonic() + DEATH
            self.facebook.post("tokens", token=MORTAL[1], state="expired")

    def _renew_token(self, now=False):
        if self.dead_until and (now or time.monotonic() > self.dead_until):
            self.facebook.post("tokens", token=MORTAL[1], state="valid")
            self.stack.run("-m", "tests.chaos.cast", "renew")
            self.dead_until = 0

    # Bots

    def trouble_bot(self):
        self._count("bots' manners changed")
        self.bots.fail(self.rng.choice([*BOTS]), *self.rng.choice(BOTS_FAIL))

    def stop_bot(self):
        self._count("bots died")
        page_id = self.rng.choice([*BOTS])
        self.bots.die(page_id)
        self.bots_dead_until[page_id] = time.monotonic() + OUTAGE

    def _revive_bots(self, now=False):
        for page_id, until in [*self.bots_dead_until.items()]:
            if now or time.monotonic() > until:
                del self.bots_dead_until[page_id]
                self.bots.revive(page_id)
        if now:
            for page_id in BOTS:
                self.bots.fail(page_id, 0, 0)

    # Parts

    def _wait(self, seconds=DOWN):
        time.sleep(self.rng.uniform(*seconds))

    def _count(self, what):
        self.count[what] += 1
