"""Drivers of conversations: a customer on a phone, and agents in their browsers, one after the other.

Every text is numbered, so that it can be recognised wherever it arrives. Texts are recorded in the order of Send:
nobody in a conversation sends one before the console has confirmed the last one.
"""

import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle

import requests

from tests.chaos.handovers import Move
from tests.chaos.people import AGENTS, BOTS, CALL, PASSWORD

BROWSER_TIMEOUT = 20  # s
PAUSE = 0.4  # s before an unconfirmed request is sent again
LOST = 0.1  # share of the answers to Send that are lost on their way to the browser
FINISH = 240  # s within which a driver must finish, once everything runs again
CROWD = 150  # waiting webhooks, beyond which customers and agents pause
WORDS = "tea kettle parcel Größe früh 茶 🫖 Tuesday refund O'Neill <b>bold</b> & again".split()  # noqa: SIM905


@dataclass(frozen=True)
class Typed:
    """An agent pressed Send."""

    text: str
    key: str
    agent: str  # the name that the customer has to see


class Refused(Exception):
    """The console gave an answer that no agent should get."""


class Browser:
    """An agent's browser: a session, a CSRF token, and an outbox that repeats unconfirmed requests."""

    def __init__(self, urls, agent, is_given_up):
        self.urls, self.agent, self.is_given_up = urls, agent, is_given_up
        self._next_url = cycle(urls)  # each request to the next web process, as behind a proxy
        self.session = requests.Session()

    def log_in(self):
        form = {"username": self.agent.username, "password": PASSWORD}
        self._get("/login/")
        answer = self.session.post(f"{self.urls[0]}/login/", form | self._token(), timeout=60, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return self

    def another(self):
        """Return another tab with the same log-in: a session of `requests` serves one thread."""
        tab = Browser(self.urls, self.agent, self.is_given_up)
        tab.session.cookies.update(self.session.cookies)
        return tab

    def post(self, path, files=None, **fields):
        """Post until the console has answered. Without an answer, or with an error 5xx, nobody knows if it was done."""
        return self._until_answered(self.session.post, path, lambda: {"data": fields | self._token(), "files": files})

    def page(self, path):
        return self._until_answered(self.session.get, path, dict).text

    def _until_answered(self, method, path, options):
        while (answer := self._try(method, path, **options())) is None:
            if self.is_given_up.is_set():
                raise Refused("no answer until the run was over")
        return answer

    def _try(self, method, path, **options):
        try:
            url, headers = f"{next(self._next_url)}{path}", {"HX-Request": "true"}
            answer = method(url, headers=headers, timeout=BROWSER_TIMEOUT, **options)
        except requests.RequestException:
            answer = None
        if answer is None or answer.status_code >= 500:
            time.sleep(PAUSE)
            return None
        if "HX-Redirect" in answer.headers:
            raise Refused(f"{self.agent.first} was logged out")
        return answer

    def _get(self, path):
        return self.session.get(f"{self.urls[0]}{path}", timeout=60)

    def _token(self):
        return {"csrfmiddlewaretoken": self.session.cookies.get("csrftoken", "")}


@dataclass
class Load:
    """The load that all drivers make: whether it goes on, and the think time of each."""

    think_time: float  # s between two steps of one conversation, on average
    is_over: threading.Event = field(default_factory=threading.Event)
    is_crowded: threading.Event = field(default_factory=threading.Event)
    is_given_up: threading.Event = field(default_factory=threading.Event)  # then no request is repeated any more

    def give_up(self):
        self.is_over.set()
        self.is_given_up.set()

    def think(self, rng):
        self.is_over.wait(rng.uniform(0, 2 * self.think_time))
        while self.is_crowded.is_set() and not self.is_over.is_set():
            time.sleep(0.2)


class Talk(threading.Thread):
    """One conversation. Its own generator decides what is said, so that a seed repeats it."""

    def __init__(self, number, page, seed, facebook, browsers, load, ask):
        super().__init__(name=f"talk {number}", daemon=True)
        self.number, self.page, self.facebook, self.load, self.ask = number, page, facebook, load, ask
        self.rng = random.Random(f"{seed}-{number}")
        self.browsers = [browser.another() for browser in browsers]
        self.psid = facebook.post("customers", name=f"Customer {number}", page_id=page[0])["psid"]
        self.has_bot = page[0] in BOTS
        self.pk = self.holder = None  # holder: the browser of the agent who has it
        self.typed, self.moves = [], []
        self.written = 0
        self.routed = None  # of other_app.py, on the Page that has one
        self.error = None

    def run(self):
        try:
            self._begin()
            while not self.load.is_over.is_set():
                self._step()
                self.load.think(self.rng)
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"

    def _begin(self):
        self.write()
        self._wait_until_it_is_there()
        if not self.has_bot:
            self.take(self.rng.choice(self.browsers))

    def _wait_until_it_is_there(self):
        until = time.monotonic() + FINISH
        while not (rows := self.ask(PK_OF, [self.psid])):
            if time.monotonic() > until or self.load.is_given_up.is_set():
                raise Refused("what the customer wrote first has not come")
            time.sleep(0.3)
        self.pk = rows[0][0]

    def _step(self):
        steps = {self.write: 30, self.read: 6, self.repeat: 6, self.call: 4}
        if self.holder:
            steps |= {self.answer: 50, self.pass_round: 4, self.transfer: 5, self.return_to_queue: 2}
            steps |= {self.hand_back: 10} if self.has_bot else {}
        else:
            steps |= {self.come: 8, self.rush: 6}
            steps |= {self.call: 10} if self.has_bot else {}
        steps |= self.routed.steps if self.routed else {}
        [step] = self.rng.choices([*steps], [*steps.values()])
        step()

    # The customer

    def write(self):
        for _ in range(self.rng.randint(1, 2)):
            self._say()

    def call(self):
        """Ask for a person, and sometimes write on."""
        self._say(f" {CALL}, please")
        if self.rng.random() < 0.5:
            self._say()

    def _say(self, more=""):
        self.written += 1
        said = self.facebook.post(f"customers/{self.psid}/send", text=self._words(f"c{self.written}") + more)
        self.last_mid = said["mid"]

    def read(self):
        self.facebook.post(f"customers/{self.psid}/read")

    def repeat(self):
        """Have Facebook deliver the last message again, in a body with other bytes."""
        thread = self.facebook.get(f"customers/{self.psid}/thread")["messages"]
        said = next(message for message in reversed(thread) if message["mid"] == self.last_mid)
        event = {"timestamp": said["at"], "message": {"mid": said["mid"], "text": said["text"]}}
        self.facebook.post(f"customers/{self.psid}/send", event=event)

    # The agents

    def answer(self):
        for _ in range(self.rng.randint(1, 3)):
            text = self._words(f"a{len(self.typed) + 1} {self.holder.agent.first}")
            typed = Typed(text, str(uuid.UUID(int=self.rng.getrandbits(128), version=4)), self.holder.agent.public_name)
            self.typed.append(typed)
            path, said = f"/conversations/{self.pk}/send/", {"text": typed.text, "idempotency_key": typed.key}
            answer = self.holder.post(path, **said)
            if self.rng.random() < LOST:  # so the browser sends it again, perhaps to another process
                answer = self.holder.post(path, **said)
            if answer.status_code == 409 and self.routed:  # the console has just learnt that the other app took it
                self.typed.remove(typed)
                self.holder = None
                return
            if answer.status_code != 200:
                raise Refused(f"Send was answered {answer.status_code}: {answer.text[:200]}")

    def come(self):
        self.take(self.rng.choice(self.browsers))

    def take(self, browser):
        answer = browser.post(f"/conversations/{self.pk}/take/")
        if answer.status_code != 200:
            raise Refused(f"Take was answered {answer.status_code}")
        self._go_to(browser)

    def rush(self):
        """Have all agents press Take at the same moment: one gets the conversation, the others are refused."""
        with ThreadPoolExecutor(len(self.browsers)) as crowd:
            path = f"/conversations/{self.pk}/take/"
            answers = list(crowd.map(lambda browser: browser.post(path).status_code, self.browsers))
        if sorted(answers) != [200] + [409] * (len(answers) - 1):
            raise Refused(f"Take, pressed by all at once, was answered {answers}")
        self._go_to(self.browsers[answers.index(200)])

    def pass_round(self):
        """Return the conversation to the queue and have a colleague take it: the customer sees another persona then."""
        colleague = self._colleague()
        self.return_to_queue()
        self.take(colleague)

    def transfer(self):
        colleague = self._colleague()
        [[pk]] = self.ask(PK_OF_AGENT, [colleague.agent.username])
        self._press("transfer", "transferred", colleague, to=f"agent-{pk}", note=self._words("note"))

    def return_to_queue(self):
        self._press("return-to-queue", "returned")

    def hand_back(self):
        self._press("hand-back", "handed-back", note=self._words("note"))

    def _press(self, verb, cause, new_holder=None, **fields):
        """Press a button by which the agent gives the conversation away.

        409: it is done already, the first answer was lost. That it was done once, the history has to show. On the
        routed Page 409 also means that the other app has just taken it; the history says which.
        """
        answer = self.holder.post(f"/conversations/{self.pk}/{verb}/", **fields)
        if answer.status_code not in (200, 409):
            raise Refused(f"{verb} was answered {answer.status_code}: {answer.text[:200]}")
        is_done = answer.status_code == 200 or not self.routed or self._has_one_more_move()
        if is_done:
            self._note(cause, self.holder, to=new_holder)
        self.holder = new_holder if is_done else None

    def _has_one_more_move(self):
        return self.ask(MOVES, [self.pk])[0][0] > len(self.moves)

    def _go_to(self, browser):
        self._note("taken", browser, to=browser)
        self.holder = browser

    def _note(self, cause, by, to=None):
        self.moves.append(Move(cause, by.agent.username, to.agent.username if to else ""))

    def _colleague(self):
        return self.rng.choice([browser for browser in self.browsers if browser is not self.holder])

    def _words(self, number):
        words = " ".join(self.rng.choices(WORDS, k=self.rng.randint(1, 5)))
        return f"{self.number}-{number}: {words}"


PK_OF = """SELECT c.id FROM console_conversation c JOIN console_customer u ON u.id = c.customer_id WHERE u.psid = %s"""
MOVES = "SELECT count(*) FROM console_handover WHERE conversation_id = %s AND by_id IS NOT NULL"
PK_OF_AGENT = "SELECT id FROM agents_agent WHERE username = %s"


def log_in_all(urls, load, agents=AGENTS):
    return [Browser(urls, agent, load.is_given_up).log_in() for agent in agents]
