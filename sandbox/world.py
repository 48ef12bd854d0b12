"""The world: Pages, apps, people, personas and what was said, in memory and thrown away whole at a reset.

Everything here changes on the event loop only, so nothing is locked.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .cast import App, Customer, Label, Message, Page, Persona, User, new_id
from .clock import Clock
from .courier import Courier
from .faults import Faults
from .fields import USUAL_FIELDS
from .journal import Journal
from .limits import Limits
from .media import Asset, Media
from .routing import channel, overheard
from .tokens import Tokens

if TYPE_CHECKING:
    from .calls import Ring


class World:
    def __init__(self, app: App):
        self.clock = Clock()
        self.courier = Courier(self.clock)
        self.faults = Faults()
        self.journal = Journal()
        self.limits = Limits(self.clock)
        self.media = Media()
        self.default_app = app
        self.apps = {app.id: app}
        self.pages: dict[str, Page] = {}
        self.user: User | None = None
        self.customers: dict[str, Customer] = {}
        self.personas: dict[str, Persona] = {}
        self.assets: dict[str, Asset] = {}
        self.labels: dict[str, Label] = {}
        self.rings: dict[str, Ring] = {}  # by the id of the call
        self.reached: dict[str, str] = {}  # PSIDs of those written to by phone number, comment and the like
        self.flagged_hosts: list[str] = []
        self.is_any_address_a_picture = False
        self.tokens = Tokens(self)
        self.kept: int | None = None  # how many messages are remembered, all if None
        self._said: deque[Customer] = deque()  # whose message was the oldest, the next, …

    def add_page(self, id: str, name: str, token: str) -> Page:
        """A Page that no app hears of until it subscribes."""
        self.pages[id] = Page(id, name, token)
        self.tokens.forget()
        return self.pages[id]

    def add_app(self, app: App):
        """The app takes the place of one with the same id, and hears of every Page there is."""
        if app.id == self.default_app.id:
            self.default_app = app
        self.apps[app.id] = app
        for page in self.pages.values():
            page.subscriptions[app.id] = list(USUAL_FIELDS)
        self.tokens.forget()

    def add_customer(self, name: str, page: Page) -> Customer:
        customer = Customer(new_id(), name, page)
        self.customers[customer.psid] = customer
        return customer

    def add_persona(self, page: Page, name: str, picture: str) -> Persona:
        persona = Persona(new_id(), page, name, picture, number=len(self.personas) + 1)
        self.personas[persona.id] = persona
        return persona

    def add_label(self, page: Page, name: str) -> Label:
        number = max((label.number for label in self.labels.values()), default=0) + 1
        label = Label(new_id(), page, name, number)
        self.labels[label.id] = label
        return label

    def add_message(self, customer: Customer, message: Message):
        customer.keep(message)
        self._said.append(customer)
        self._forget_old()

    def keep(self, count: int | None):
        """Remember no more than the newest `count` messages and calls, from now on. None: all messages."""
        self.kept = count
        self.journal.keep(count)
        told = [(said.at, customer) for customer in self.customers.values() for said in customer.thread.values()]
        self._said = deque(customer for _, customer in sorted(told, key=lambda one: one[0]))
        self._forget_old()

    def publish(
        self,
        page: Page,
        field: str | None,
        event: dict,
        customer: Customer | None = None,
        where: str = "messaging",
    ):
        """Tell the apps that subscribed to this field at both levels; no field means every app of the Page. An app
        that does not control the customer's thread hears of it on the side."""
        now = self.clock.now()
        for app in self.apps.values():
            if not _hears(app, page, field):
                continue
            if not customer or channel(customer, app, now) == "messaging":
                self.courier.post(app, page, event, where)
            elif _hears(app, page, "standby"):
                self.courier.post(app, page, overheard(event), "standby")

    def tell(self, app_id: str | None, page: Page, field: str, event: dict):
        """Tell one app and nobody else."""
        app = self.apps.get(app_id or "")
        if app and _hears(app, page, field):
            self.courier.post(app, page, event)

    def _forget_old(self):
        while self.kept is not None and len(self._said) > self.kept:
            for path in self._said.popleft().forget_oldest():
                self.media.drop(path)


def _hears(app: App, page: Page, field: str | None) -> bool:
    if not app.callback_url or app.id not in page.subscriptions:
        return False
    return field is None or (field in page.subscriptions[app.id] and (app.fields is None or field in app.fields))
