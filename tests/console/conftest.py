"""What Facebook tells of Mona, one fixture for each thing that it may say."""

from datetime import UTC, datetime

import pytest

from console.models import Arrival
from messenger.events import serialise
from tests.conftest import PAGE_ID

AT = 1790000000000  # ms
MINUTE = 60_000  # ms
INBOX = 263902037430900  # the app under which people answer in Facebook's own inbox


@pytest.fixture
def hear(arrive, bluebird):
    """Facebook tells of these events in one body, and a worker reads it."""

    def tell(*events):
        assert arrive(serialise(webhook(*events))).status_code == 200
        arrival = Arrival.objects.latest("pk")
        arrival.read()
        return arrival

    return tell


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


def moment(ms):
    return datetime.fromtimestamp(ms / 1000, UTC)


def texts(thread):
    return [message.text for message in thread.all()]


def fresh(row):
    row.refresh_from_db()
    return row
