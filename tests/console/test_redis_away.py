"""A Redis that hangs: it accepts every command and never answers. Agents hardly notice; nothing is lost."""

import re
import socket
import threading
import time
import uuid
from contextlib import suppress

import pytest
import requests
from django.test import Client

from console.infrastructure.redis import redis
from tests.conftest import NUMBER, web_server
from tests.stand_in import Line, eventually, free_port

TOKEN = "c" * 32
MOST = 0.3  # s that a Redis that hangs may cost

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def line():
    """A line to Redis for one web server."""

    def connect():
        server = socket.socket(socket.AF_UNIX)
        server.connect(redis().connection_pool.connection_kwargs["path"])
        return server

    with Line(connect) as line:
        yield line


@pytest.fixture(scope="module")
def port(line, stack_processes):
    port = free_port()
    with web_server(port, REDIS_URL=f"redis://127.0.0.1:{line.port}/{NUMBER}"):
        yield port


@pytest.fixture
def dead_line(line):
    line.die()
    yield line
    line.live()


@pytest.fixture
def browser(stack, port, ana):
    return Browser(port, ana)


class Browser:
    """Ana's, at the web server whose line to Redis may be dead."""

    def __init__(self, port, agent):
        self.url = f"http://127.0.0.1:{port}"
        django = Client()
        django.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        self.headers = {"Cookie": f"sessionid={django.cookies['sessionid'].value}; csrftoken={TOKEN}"}
        self.received = []

    def post(self, path, **fields):
        """Return the seconds that it took."""
        sent = fields | {"csrfmiddlewaretoken": TOKEN}
        began = time.monotonic()
        answer = requests.post(self.url + path, sent, headers=self.headers, allow_redirects=False, timeout=60)
        assert answer.ok, answer.text
        return time.monotonic() - began

    def say(self, conversation, text):
        return self.post(f"/conversations/{conversation.pk}/send/", text=text, idempotency_key=uuid.uuid4())

    def listen(self):
        threading.Thread(target=self._listen, daemon=True).start()
        eventually(lambda: "hello" in self.received)

    def _listen(self):
        live = requests.get(f"{self.url}/live/", headers=self.headers, stream=True, timeout=60)
        with live as stream, suppress(requests.RequestException):  # the server is stopped
            for line in stream.iter_lines():
                self.received += re.findall("data: ([a-z]+)", line.decode())


def test_sending_a_reply_takes_little_longer_while_redis_hangs(browser, conversation, line, dead_line):
    line.live()
    usual = max(browser.say(conversation, f"before {number}") for number in range(4))
    line.die()
    costs = [browser.say(conversation, f"meanwhile {number}") for number in range(6)]
    assert max(costs) < usual + 2 * MOST  # the other half is for a busy machine
    assert sorted(costs)[3] < usual + MOST / 3  # only the first asked Redis


def test_typing_and_taking_take_under_a_second_while_redis_hangs(browser, conversation, dead_line):
    path = f"/conversations/{conversation.pk}"
    assert browser.post(f"{path}/typing/", on="1") < 1
    assert browser.post(f"{path}/return-to-queue/") < 1
    assert browser.post(f"{path}/take/") < 1


def test_a_reply_queued_while_redis_hung_is_sent_once_it_answers(browser, conversation, stack, mona, line, dead_line):
    browser.say(conversation, "Hello")
    line.live()
    eventually(lambda: stack.texts(mona.psid) == ["Hello"])


def test_a_live_stream_sends_hello_after_redis_hung(browser, conversation, line, dead_line):
    line.live()
    browser.listen()
    line.die()
    browser.say(conversation, "Unseen")
    browser.received.clear()
    line.live()
    eventually(lambda: "hello" in browser.received)
    browser.received.clear()
    eventually(lambda: browser.say(conversation, "Seen") and "row" in browser.received)
