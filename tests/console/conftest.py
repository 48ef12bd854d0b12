"""Facebook's webhooks about Mona, one fixture for each kind, and short ways to read what the console made of them."""

import threading
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from console.models import InboundWebhook
from console.models.conversation import inbound, opening
from console.queue.reading import read_rows
from messenger import webhook_signature
from messenger.events import serialize
from tests.bench.fill import fill
from tests.conftest import CONSOLE_URL, PAGE_ID

AT = 1790000000000  # ms
MINUTE = 60_000  # ms
INBOX = 263902037430900  # the app under which people answer in Facebook's own inbox
EMPTY_WEBHOOK = b'{"object":"page","entry":[]}'
HTMX = {"HX-Request": "true"}


@pytest.fixture
def anas_browser(client, ana):
    client.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def browser_of():
    """Log an agent in, each in a browser of their own."""

    def log_in(agent):
        browser = Client()
        browser.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        return browser

    return log_in


@pytest.fixture
def bens(browser_of, ben):
    """Ben's browser."""
    return browser_of(ben)


@pytest.fixture
def receive(arrive, bluebird):
    """Receive these events in one webhook body, and process it as a worker does."""

    def receive_events(*events):
        assert arrive(serialize(webhook(*events))).status_code == 200
        inbound_webhook = InboundWebhook.objects.latest("pk")
        inbound_webhook.process()
        return inbound_webhook

    return receive_events


@pytest.fixture
def much(db):
    """Enough of everything that to read a whole table would be the longer way, on a disk without moving parts."""
    fill(conversations=6_000, messages=20_000)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL random_page_cost = 1.1")
        cursor.execute("ANALYZE")  # of tables that stayed empty, PostgreSQL may know what they had in another test


def process(event):
    """Process one event, as a worker does."""
    with opening.opened([event]) as conversations:
        return inbound.process(event, conversations)


@pytest.fixture
def thread(mona):
    return mona.conversation.messages.in_order()


def webhook(*events):
    return {"object": "page", "entry": [{"id": PAGE_ID, "time": AT, "messaging": list(events)}]}


@pytest.fixture
def by_mona(mona):
    """One event of hers."""
    return lambda at=AT, **inner: {"sender": {"id": mona.psid}, "recipient": {"id": PAGE_ID}, "timestamp": at} | inner


@pytest.fixture
def said(by_mona):
    return lambda mid, text="Hi", at=AT, **more: by_mona(at, message={"mid": mid, "text": text} | more)


@pytest.fixture
def echo(mona):
    def build(mid, text="Hello", app_id=INBOX, at=AT, **more):
        inner = {"is_echo": True, "app_id": app_id, "mid": mid, "text": text} | more
        return {"sender": {"id": PAGE_ID}, "recipient": {"id": mona.psid}, "timestamp": at, "message": inner}

    return build


def post_webhook(path, body, url=CONSOLE_URL):
    """Deliver a signed body to the web server, as Facebook does."""
    signed = {"X-Hub-Signature-256": webhook_signature.sign(body, settings.FACEBOOK_APP_SECRET)}
    return requests.post(url + path, body, headers=signed, timeout=10)


def meanwhile(work):
    """Work in a thread of its own, which hangs up at its end."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def is_a_lock_awaited():
    """Return whether somebody waits for a lock. In a transaction, pg_stat_activity would always say the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def now():
    """The present in Facebook's milliseconds."""
    return int(timezone.now().timestamp() * 1000)


def moment(ms):
    return datetime.fromtimestamp(ms / 1000, UTC)


def texts(thread):
    return [message.text for message in thread.all()]


def lines(conversation):
    """The thin lines of the thread."""
    rows = conversation.handovers.in_order()
    return [f"{row} {row.cause}" + (f" “{row.note}”" if row.note else "") for row in rows]


def words(html):
    """The text of a page, without its tags."""
    found, parser = [], HTMLParser()
    parser.handle_data = found.append
    parser.feed(html)
    return " ".join(" ".join(found).split())


def fresh(row):
    row.refresh_from_db()
    return row


def row_of(conversation):
    """Return the conversation with everything that its row in the queue shows."""
    return read_rows([conversation.pk], {conversation.page_id: conversation.page})[conversation.pk]
