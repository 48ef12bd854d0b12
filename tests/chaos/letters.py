"""Letters: conversations that try contents rather than handovers. They have files, edits, reactions, unsent messages,
calls that take effect late, the same words from the Page Inbox, Retry, assignment, and an agent who leaves.

They have a Page of their own, whose rules assign them to present agents. One of these answers letters only, and leaves.
"""

import hashlib
import io
import secrets
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

import requests
from PIL import Image

from tests.chaos.drivers import Browser, Refused, Talk
from tests.chaos.facebook import VERSION
from tests.chaos.people import ADMIN, LEAVER, LETTERS
from tests.chaos.stack import SETTLE

SOON = 0.4  # share of steps that are due ones, until each of these has come once
IDLE_WITHIN = 6  # s to wait for earlier replies
UNSEEN = 5  # s without webhooks: longer than the console waits before it first asks for the history
TOO_LATE = SETTLE + 10  # s after which a call takes effect: it has been made again by then
EMOJI = ["❤", "😮", "👍"]
HOLDER = """
    SELECT a.username FROM console_conversation c JOIN agents_agent a ON a.id = c.agent_id WHERE c.id = %s"""
RETRIABLE = """
    SELECT id, idempotency_key::text, state FROM console_message
    WHERE conversation_id = %s AND (state = 'failed' OR (state = 'unknown' AND next_attempt_at IS NULL))"""
PENDING = """
    SELECT count(*) FROM console_message WHERE conversation_id = %s
    AND (state IN ('queued', 'sending') OR (state = 'unknown' AND next_attempt_at IS NOT NULL))"""
PK_OF_AGENT = "SELECT id FROM agents_agent WHERE username = %s"


@dataclass
class Posted:
    """An agent pressed Send. content: the text, or a file's as `content_of` names it."""

    content: str
    key: str
    agent: str  # username
    face: str
    is_certain: bool = True  # False: the agent was logged out before the console answered


@dataclass
class Deeds:
    """Events in one conversation that change the expected result."""

    lates: int = 0  # calls that may have taken effect twice
    same: int = 0  # texts that were sent from elsewhere, too
    refusals: int = 0  # replies that Facebook was told to refuse for good
    failures: int = 0  # replies that Facebook had refused, and that an agent sent again
    retried: dict = field(default_factory=dict)  # {key: the agent who retried it last, and is its author from then on}
    unsent: set = field(default_factory=set)  # mids


def content_of(file):
    return "file " + hashlib.sha256(file).hexdigest()


class Letter(Talk):
    def __init__(self, number, plan, facebook, browsers, load, ask):
        super().__init__(number, LETTERS, f"{plan.seed}-letters", facebook, browsers, load, ask)
        self.by_name = {browser.agent.username: browser for browser in self.browsers}
        self.posted, self.deeds, self.own = [], Deeds(), []
        self.late_until = 0
        self.due = [self.be_late, self.refuse, self.say_the_same, self.send_another_picture]
        self.rng.shuffle(self.due)
        self.faults = {"method": "POST", "path": "/messages", "body": self.psid}

    def run(self):
        """Run until no call of this conversation can take effect any more."""
        super().run()
        while time.monotonic() < self.late_until and not self.load.is_given_up.is_set():
            time.sleep(0.2)

    def _begin(self):
        self._say()
        self._wait_until_it_is_there()

    def _step(self):
        """Take one step. Each fault of letters comes at least once."""
        if self.due and self.rng.random() < SOON:
            return self.due.pop()()
        steps = {self.write: 10, self.text: 12, self.file: 12, self.retry: 20}
        steps |= {self.edit: 8, self.react: 8, self.unsend: 5}
        steps |= {self.be_late: 4, self.refuse: 6, self.say_the_same: 5, self.send_another_picture: 5}
        [step] = self.rng.choices([*steps], [*steps.values()])
        step()

    # The customer

    def _say(self, more=""):
        super()._say(more)
        self.own.append(self.last_mid)

    def edit(self):
        if mid := self._one_of_own():
            with suppress(requests.HTTPError):  # edited often enough
                self.facebook.post(f"customers/{self.psid}/edit", mid=mid, text=self._words(f"e{self.written}"))

    def react(self):
        """React to any message; without an emoji this removes the reaction."""
        thread = self.facebook.get(f"customers/{self.psid}/thread")["messages"]
        if mids := [message["mid"] for message in thread if message["mid"] not in self.deeds.unsent]:
            emoji = self.rng.choice([*EMOJI, ""])
            self.facebook.post(f"customers/{self.psid}/react", mid=self.rng.choice(mids), emoji=emoji)

    def unsend(self):
        if mid := self._one_of_own():
            self.own.remove(mid)
            self.deeds.unsent.add(mid)
            self.facebook.post(f"customers/{self.psid}/send", event={"message": {"mid": mid, "is_deleted": True}})

    def _one_of_own(self):
        return self.rng.choice(self.own) if self.own else None

    # The agent who has it

    def text(self):
        """Post a text and return it; return a false value if no agent has the conversation."""
        text = self._words(f"l{len(self.posted) + 1}")
        return self._post(text, text=text) and text

    def file(self):
        """Post a picture or a document, each with contents of its own."""
        name, content = self._picture() if self.rng.random() < 0.5 else self._document()
        self._post(content_of(content), files={"files": (name, content)})

    def retry(self):
        """Press Retry at each message that can be retried."""
        for pk, key, state in self.ask(RETRIABLE, [self.pk]):
            browser = self._holder()
            answer = browser and self._answer(browser, f"/conversations/{self.pk}/messages/{pk}/retry/")
            if answer is not None and answer.status_code == 200:
                self.deeds.retried[key] = browser.agent.public_name
                self.deeds.failures += state == "failed"

    def _post(self, content, files=None, **fields):
        if not (browser := self._holder()):
            return False
        agent = browser.agent
        posted = Posted(content, str(uuid.uuid4()), agent.username, agent.public_name, is_certain=False)
        self.posted.append(posted)
        answer = self._answer(
            browser, f"/conversations/{self.pk}/send/", files=files, idempotency_key=posted.key, **fields
        )
        if answer is None:  # logged out
            return True
        if answer.status_code == 409:  # it went to somebody else just then
            self.posted.remove(posted)
        elif answer.status_code != 200:
            raise Refused(f"Send was answered {answer.status_code}: {answer.text[:200]}")
        posted.is_certain = True
        return True

    def _answer(self, browser, path, **fields):
        try:
            return browser.post(path, **fields)
        except Refused:
            if browser.agent != LEAVER:
                raise
            return None

    def _holder(self):
        rows = self.ask(HOLDER, [self.pk])
        return self.by_name[rows[0][0]] if rows else None

    def _picture(self):
        image = Image.effect_noise((self.rng.randint(20, 60), 20), 50)
        content = io.BytesIO()
        image.save(content, "PNG")
        return "picture.png", content.getvalue()

    def _document(self):
        return "list.txt", f"{self._words('file')} {secrets.token_hex(self.rng.randint(8, 40))}".encode()

    # Faults of letters

    def be_late(self):
        """Post a text whose call gets no answer, and takes effect after it was made again."""
        self.deeds.lates += 1
        self._fault(delay_s=TOO_LATE, drop="after")
        self.text()
        self.late_until = time.monotonic() + 2 * TOO_LATE  # the call may have to wait

    def refuse(self):
        self.deeds.refusals += 1
        self._fault(status=400, error={"code": 551, "error_subcode": 1545041})
        self.rng.choice([self.text, self.file])()

    def say_the_same(self):
        """Lose a reply and have the same text written in the Page Inbox, with late webhooks."""
        self._fault(drop=self.rng.choice(["before", "after"]))
        with self._unseen():
            if text := self.text():
                self.deeds.same += 1
                self.facebook.post(f"customers/{self.psid}/page_inbox", text=text)

    def send_another_picture(self):
        """Lose a file and have another program of the Page send a picture, with late webhooks."""
        self._fault(drop="before")
        with self._unseen():
            self.file()
            self._speak_for_the_page(*self._picture())

    def _speak_for_the_page(self, name, content):
        fields = {
            "recipient": f'{{"id": "{self.psid}"}}',
            "messaging_type": "RESPONSE",
            "message": '{"attachment": {"type": "image", "payload": {}}}',
        }
        with suppress(requests.RequestException):
            requests.post(
                f"{self.facebook.url}/{VERSION}/me/messages",
                data=fields,
                files={"filedata": (name, content, "image/png")},
                headers={"Authorization": f"Bearer {LETTERS[1]}"},
                timeout=10,
            )

    def _fault(self, **fault):
        """Set a fault for the next call. Wait first until no earlier reply is pending, so that it follows at once."""
        until = time.monotonic() + IDLE_WITHIN
        while self.ask(PENDING, [self.pk]) != [(0,)] and time.monotonic() < until:
            self.load.is_over.wait(0.2)
        self.facebook.post("faults", match=self.faults, times=1, **fault)

    def _unseen(self):
        return Unseen(self.facebook, self.load.is_over)


class Unseen:
    """A context for some seconds without webhooks."""

    def __init__(self, facebook, is_over):
        self.facebook, self.is_over = facebook, is_over

    def __enter__(self):
        self.facebook.post("webhooks", pause=True)

    def __exit__(self, *exception):
        self.is_over.wait(UNSEEN)
        self.facebook.post("webhooks", pause=False)


class Leaving:
    """The departure of the agent who answers letters alone: an admin has the agent leave in the middle of the run."""

    def __init__(self, urls, load, ask):
        self.admin = Browser(urls, ADMIN, load.is_given_up).log_in()
        self.load, self.ask, self.is_done = load, ask, False

    def after(self, seconds):
        if not self.load.is_over.wait(seconds):
            self.leave()

    def leave(self):
        [[pk]] = self.ask(PK_OF_AGENT, [LEAVER.username])
        press = {"action": "remove_from_team", "_selected_action": pk, "confirmed": "yes"}
        self.admin.post("/admin/agents/agent/", **press)
        self.is_done = True
