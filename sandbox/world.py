"""The world: Pages, apps, people, personas and what was said, in memory and thrown away whole at a reset.

Everything here changes on the event loop only, so nothing is locked.
"""

import secrets
from dataclasses import dataclass, field

from .clock import Clock
from .courier import Courier
from .faults import Faults
from .fields import USUAL_FIELDS
from .journal import Journal
from .media import Media

TYPING_LASTS_MS = 20_000


@dataclass
class App:
    """`fields` is what the app asked for at app level; None, until it asks, is everything."""

    id: str
    secret: str
    callback_url: str = ""
    verify_token: str = ""
    fields: set[str] | None = None
    is_human_agent_approved: bool = True


@dataclass
class Page:
    """`token` is the default app's; `subscriptions` says which app hears of which fields; `profile` holds what the
    Messenger Profile API set (greeting, menus, …)."""

    id: str
    name: str
    token: str
    subscriptions: dict[str, list[str]] = field(default_factory=dict)
    profile: dict = field(default_factory=dict)


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
class Message:
    """`sender` is "customer" or "page"; `at` is milliseconds; `attachments` are {type, url}; a `reaction` is the
    other side's emoji."""

    mid: str
    sender: str
    at: int
    text: str | None = None
    attachments: list[dict] = field(default_factory=list)
    quick_replies: list[dict] = field(default_factory=list)
    template: dict | None = None
    persona: Persona | None = None
    app: App | None = None
    metadata: str | None = None
    reaction: str | None = None
    edits: int = 0
    is_delivered: bool = False
    is_read: bool = False


@dataclass
class Customer:
    """A person on one Page. `opened_at` (ms) is when they last did something that lets the Page answer."""

    psid: str
    name: str
    page: Page
    thread: list[Message] = field(default_factory=list)
    opened_at: int | None = None
    is_blocking: bool = False
    typing_until: int = 0
    typing_persona: Persona | None = None
    menu: list[dict] | None = None  # one of their own, instead of the Page's

    def say(self, message: Message):
        self.thread.append(message)
        self.opened_at = message.at

    def hear(self, message: Message):
        self.thread.append(message)
        message.is_delivered = True
        self.typing_until = 0

    def read(self):
        self._mark_read("page")

    def be_seen(self):
        self._mark_read("customer")

    def be_typed_to(self, now: int, persona: Persona | None):
        self.typing_until, self.typing_persona = now + TYPING_LASTS_MS, persona

    def stop_being_typed_to(self):
        self.typing_until = 0

    def find(self, mid: str) -> Message | None:
        return next((message for message in self.thread if message.mid == mid), None)

    def _mark_read(self, sender: str):
        for message in self.thread:
            message.is_read = message.is_read or message.sender == sender


@dataclass
class Grant:
    """What a token opens: an app, and one Page unless it is the app's own token."""

    app: App
    page: Page | None


class World:
    def __init__(self, app: App):
        self.clock = Clock()
        self.courier = Courier(self.clock)
        self.faults = Faults()
        self.journal = Journal()
        self.media = Media()
        self.default_app = app
        self.apps = {app.id: app}
        self.pages: dict[str, Page] = {}
        self.customers: dict[str, Customer] = {}
        self.personas: dict[str, Persona] = {}

    def add_page(self, id: str, name: str, token: str) -> Page:
        """A Page that no app hears of until it subscribes."""
        self.pages[id] = Page(id, name, token)
        return self.pages[id]

    def add_app(self, app: App):
        """The app takes the place of one with the same id, and hears of every Page there is."""
        if app.id == self.default_app.id:
            self.default_app = app
        self.apps[app.id] = app
        for page in self.pages.values():
            page.subscriptions[app.id] = list(USUAL_FIELDS)

    def add_customer(self, name: str, page: Page) -> Customer:
        customer = Customer(new_id(), name, page)
        self.customers[customer.psid] = customer
        return customer

    def add_persona(self, page: Page, name: str, picture: str) -> Persona:
        persona = Persona(new_id(), page, name, picture, number=len(self.personas) + 1)
        self.personas[persona.id] = persona
        return persona

    def token(self, app: App, page: Page) -> str:
        """Each app has its own token for a Page, so that Facebook can tell who speaks."""
        return page.token if app is self.default_app else f"{page.token}{app.id}"

    def grant(self, token: str) -> Grant | None:
        for app in self.apps.values():
            if token == f"{app.id}|{app.secret}":
                return Grant(app, None)
            for page in self.pages.values():
                if token == self.token(app, page):
                    return Grant(app, page)
        return None

    def secrets(self) -> list[str]:
        """Whatever must not be readable in the journal, longest first."""
        tokens = [self.token(app, page) for app in self.apps.values() for page in self.pages.values()]
        return sorted([*tokens, *(app.secret for app in self.apps.values())], key=len, reverse=True)

    def publish(self, page: Page, field: str | None, event: dict):
        """Tell the apps that subscribed to this field at both levels; no field means every app of the Page."""
        for app in self.apps.values():
            if app.callback_url and _hears(app, page, field):
                self.courier.post(app, page, event)


def _hears(app: App, page: Page, field: str | None) -> bool:
    if app.id not in page.subscriptions:
        return False
    return field is None or (field in page.subscriptions[app.id] and (app.fields is None or field in app.fields))


def new_id() -> str:
    """16 or 17 digits: more than JavaScript can count."""
    return str(10**15 + secrets.randbelow(99 * 10**15))


def new_mid() -> str:
    return "m_" + secrets.token_urlsafe(60)
