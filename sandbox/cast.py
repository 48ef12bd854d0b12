"""Who and what there is in the world: apps, Pages, personas, customers, and what they say."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

TYPING_LASTS_MS = 20_000


@dataclass
class App:
    """`fields` is what the app asked for at app level; None, until it asks, is everything. `is_made_on_v27`: it was
    made after 4 November 2026, and may not use what `protocol.py` lists."""

    id: str
    secret: str
    callback_url: str = ""
    verify_token: str = ""
    fields: set[str] | None = None
    name: str = "Sandbox"
    is_human_agent_approved: bool = True
    needs_proof: bool = False
    is_made_on_v27: bool = False


@dataclass
class User:
    """Who manages the Pages. `token` is the default app's."""

    id: str
    name: str
    token: str


@dataclass
class Page:
    """`token` is the default app's; `subscriptions` says which app hears of which fields; `profile` holds what the
    Messenger Profile API set (greeting, menus, …); those in `may_not_take` may not take a thread's control;
    `automatic` are the texts of `automatic.py`, `integrity` the facts of `integrity.py`."""

    id: str
    name: str
    token: str
    subscriptions: dict[str, list[str]] = field(default_factory=dict)
    profile: dict = field(default_factory=dict)
    nlp: dict = field(default_factory=dict)
    default_app_id: str | None = None
    may_not_take: list[str] = field(default_factory=list)
    is_restricted: bool = False
    automatic: dict[str, str] = field(default_factory=dict)
    integrity: dict = field(default_factory=dict)


@dataclass
class Persona:
    """`picture` is a path on this sandbox. A deleted one stays, for the messages it signed."""

    id: str
    page: Page
    name: str
    picture: str
    number: int
    is_deleted: bool = False


@dataclass
class Label:
    id: str
    page: Page
    name: str
    number: int
    psids: list[str] = field(default_factory=list)


@dataclass
class Message:
    """`sender` is "customer" or "page"; `at` is milliseconds; `attachments` are {type, url, …}; a `reaction` is the
    other side's emoji; `app_id` is who sent it for the Page, None for some of those that are `automatic`."""

    mid: str
    sender: str
    at: int
    text: str | None = None
    attachments: list[dict] = field(default_factory=list)
    quick_replies: list[dict] = field(default_factory=list)
    template: dict | None = None
    persona: Persona | None = None
    app_id: str | None = None
    metadata: str | None = None
    reply_to: str | None = None
    reaction: str | None = None
    edits: int = 0
    automatic: str | None = None
    is_delivered: bool = False
    is_read: bool = False


@dataclass
class Customer:
    """A person on one Page. `opened_at` (ms) is when they last did something that lets the Page answer.
    `owner_app_id` controls the thread until `owned_until` (ms); see `routing.py`."""

    psid: str
    name: str
    page: Page
    thread: OrderedDict[str, Message] = field(default_factory=OrderedDict)
    opened_at: int | None = None
    is_blocking: bool = False
    is_banned: bool = False
    typing_until: int = 0
    typing_persona: Persona | None = None
    menu: list[dict] | None = None  # one of their own, instead of the Page's
    profile: str = "full"  # one of `nodes.PROFILES`
    folder: str = "inbox"
    owner_app_id: str | None = None
    owned_until: int = 0

    def keep(self, message: Message):
        self.thread[message.mid] = message
        if message.sender == "customer":
            self.opened_at = message.at
        else:
            message.is_delivered = True
            self.typing_until = 0

    def forget_oldest(self) -> list[str]:
        """→ the addresses of the files that nobody sees any more"""
        _, message = self.thread.popitem(last=False)
        return [attachment.get("url", "") for attachment in message.attachments]

    def read(self):
        self._mark_read("page")

    def be_seen(self):
        self._mark_read("customer")

    def be_typed_to(self, now: int, persona: Persona | None):
        self.typing_until, self.typing_persona = now + TYPING_LASTS_MS, persona

    def stop_being_typed_to(self):
        self.typing_until = 0

    def find(self, mid: str) -> Message | None:
        return self.thread.get(mid)

    def messages(self) -> list[Message]:
        return list(self.thread.values())

    def _mark_read(self, sender: str):
        for message in reversed(self.thread.values()):
            if message.sender == sender and message.is_read:
                return
            message.is_read = message.is_read or message.sender == sender


def new_id() -> str:
    """16 or 17 digits: more than JavaScript can count."""
    return str(10**15 + secrets.randbelow(99 * 10**15))


def new_mid() -> str:
    return "m_" + secrets.token_urlsafe(60)
