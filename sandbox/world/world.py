"""The world: apps, Pages, people, personas and messages, in memory, replaced as a whole by a reset.

Everything here changes on the event loop only, so nothing is locked.
"""

from collections import deque
from collections.abc import Callable

from .clock import Clock
from .conversation_routing import channel, standby_copy
from .faults import Faults
from .media import Asset, Media
from .models import App, Customer, Label, Message, Page, Persona, User, VoiceCall, new_id
from .rate_limits import RateLimits
from .request_log import RequestLog
from .webhook_fields import USUAL_FIELDS

Deliver = Callable[[App, Page, dict, str], None]


class World:
    """The sandbox as a whole. `deliver(app, page, event, key)` takes an event to an app, under `key` of its entry."""

    def __init__(self, app: App, clock: Clock, deliver: Deliver):
        self.clock = clock
        self.deliver = deliver
        self.faults = Faults()
        self.request_log = RequestLog()
        self.rate_limits = RateLimits(clock)
        self.media = Media()
        self.default_app = app
        self.apps = {app.id: app}
        self.pages: dict[str, Page] = {}
        self.user: User | None = None
        self.customers: dict[str, Customer] = {}
        self.personas: dict[str, Persona] = {}
        self.assets: dict[str, Asset] = {}
        self.labels: dict[str, Label] = {}
        self.voice_calls: dict[str, VoiceCall] = {}
        self.recipients: dict[str, str] = {}  # PSIDs of people first addressed by phone number, comment and the like
        self.flagged_hosts: list[str] = []
        self.has_placeholder_files = False
        self.token_states: dict[str, str] = {}  # see `tokens.py`
        self.token_scopes: dict[str, list[str]] = {}
        self.message_limit: int | None = None  # the number of messages kept; None keeps all
        self._senders: deque[Customer] = deque()  # the customer of each message kept, oldest message first

    def add_page(self, id: str, name: str, token: str) -> Page:
        """Add a Page without subscribed apps."""
        self.pages[id] = Page(id, name, token)
        return self.pages[id]

    def add_app(self, app: App):
        """Add the app, or replace the one with the same id, and subscribe it to every Page."""
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

    def add_label(self, page: Page, name: str) -> Label:
        number = max((label.number for label in self.labels.values()), default=0) + 1
        label = Label(new_id(), page, name, number)
        self.labels[label.id] = label
        return label

    def add_message(self, customer: Customer, message: Message):
        customer.add_message(message)
        self._senders.append(customer)
        self._drop_old_messages()

    def keep(self, count: int | None):
        """Keep only the newest `count` messages and requests from now on. None keeps all messages."""
        self.message_limit = count
        self.request_log.keep(count)
        sent = [(message.at, customer) for customer in self.customers.values() for message in customer.thread.values()]
        self._senders = deque(customer for _, customer in sorted(sent, key=lambda row: row[0]))
        self._drop_old_messages()

    def publish(
        self, page: Page, field: str | None, event: dict, customer: Customer | None = None, key: str = "messaging"
    ):
        """Send the event to each app that subscribes to this field for itself and for the Page.

        Without a field it goes to every app of the Page. An app that does not control the customer's thread gets it
        on the standby channel.
        """
        now = self.clock.now()
        for app in self.apps.values():
            if not _is_subscribed(app, page, field):
                continue
            if not customer or channel(customer, app, now) == "messaging":
                self.deliver(app, page, event, key)
            elif _is_subscribed(app, page, "standby"):
                self.deliver(app, page, standby_copy(event), "standby")

    def publish_to(self, app_id: str | None, page: Page, field: str, event: dict):
        """Send the event to this app only."""
        app = self.apps.get(app_id or "")
        if app and _is_subscribed(app, page, field):
            self.deliver(app, page, event, "messaging")

    def _drop_old_messages(self):
        while self.message_limit is not None and len(self._senders) > self.message_limit:
            for path in self._senders.popleft().drop_oldest_message():
                self.media.drop(path)


def _is_subscribed(app: App, page: Page, field: str | None) -> bool:
    if not app.callback_url or app.id not in page.subscriptions:
        return False
    return field is None or (field in page.subscriptions[app.id] and (app.fields is None or field in app.fields))
