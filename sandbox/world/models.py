"""The objects of the world: apps, Pages, personas, customers, and their messages and calls."""

import asyncio
import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

TYPING_LASTS_MS = 20_000


@dataclass
class App:
    """A Facebook app. `fields` are the webhook fields subscribed at app level; None, the default, means all.

    `is_made_on_v27`: created after 4 November 2026, so the features listed in `retired_features.py` are refused.
    """

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
    """The person who manages the Pages. `token` is the default app's token for them."""

    id: str
    name: str
    token: str


@dataclass
class Page:
    """A Page. `token` is the default app's token for it.

    `subscriptions` maps app ids to webhook fields; `profile` holds the settings of the Messenger Profile API; the
    apps in `may_not_take` may not take thread control; `automatic_replies` maps kinds to texts, see
    `automatic_replies.py`; `integrity` holds the facts of `page_status.py`.
    """

    id: str
    name: str
    token: str
    subscriptions: dict[str, list[str]] = field(default_factory=dict)
    profile: dict = field(default_factory=dict)
    nlp: dict = field(default_factory=dict)
    default_app_id: str | None = None
    may_not_take: list[str] = field(default_factory=list)
    is_restricted: bool = False
    automatic_replies: dict[str, str] = field(default_factory=dict)
    integrity: dict = field(default_factory=dict)


@dataclass
class Grant:
    """The access that a token gives: to an app, and to one Page or the user unless it is the app's own token."""

    app: App
    page: Page | None = None
    user: User | None = None


@dataclass
class Persona:
    """A persona. `picture` is a path on this sandbox. A deleted one is kept for the messages sent under it."""

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
    """A message. `sender` is "customer" or "page"; `at` is in milliseconds; `attachments` are {type, url, …}.

    `reaction` is the emoji of the other side; `app_id` is the app that sent it for the Page, None for some automatic
    replies; `automatic` is the kind of an automatic reply.
    """

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
    """A person on one Page.

    `opened_at` (ms) is the last time they did something that opens the messaging window. `owner_app_id` is the app
    that controls the thread until `owned_until` (ms), see `conversation_routing.py`.
    """

    psid: str
    name: str
    page: Page
    thread: OrderedDict[str, Message] = field(default_factory=OrderedDict)
    opened_at: int | None = None
    is_blocking: bool = False
    is_banned: bool = False
    typing_until: int = 0
    typing_persona: Persona | None = None
    menu: list[dict] | None = None  # a persistent menu for this person, instead of the Page's
    profile: str = "full"  # one of `nodes.PROFILES`
    locale: str = ""  # with the time zone, a part of the full profile once a tester has set it
    timezone: float = 0
    folder: str = "inbox"
    owner_app_id: str | None = None
    owned_until: int = 0

    def add_message(self, message: Message):
        self.thread[message.mid] = message
        if message.sender == "customer":
            self.opened_at = message.at
        else:
            message.is_delivered = True
            self.typing_until = 0

    def drop_oldest_message(self) -> list[str]:
        """Drop the oldest message; return the URLs of its files."""
        _, message = self.thread.popitem(last=False)
        return [attachment.get("url", "") for attachment in message.attachments]

    def read(self):
        """Mark the Page's messages as read by the customer."""
        self._mark_read("page")

    def mark_seen(self):
        """Mark the customer's messages as read by the Page."""
        self._mark_read("customer")

    def typing_on(self, now: int, persona: Persona | None):
        """Show the customer that the Page, or its persona, is typing."""
        self.typing_until, self.typing_persona = now + TYPING_LASTS_MS, persona

    def typing_off(self):
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


@dataclass
class VoiceCall:
    """A call from a customer. `at` is when it began (ms); `app_id` is the app that accepted it."""

    id: str
    customer: Customer
    at: int
    app_id: str | None = None
    is_over: bool = False
    timer: asyncio.Task | None = None


def new_id() -> str:
    """Return an id of 16 or 17 digits: more than JavaScript can count."""
    return str(10**15 + secrets.randbelow(99 * 10**15))


def new_mid() -> str:
    return "m_" + secrets.token_urlsafe(60)
