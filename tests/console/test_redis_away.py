"""A line to Redis that is cut without a word. Agents hardly notice; test_redis_hangs.py stops Redis itself."""

import socket

import pytest

from console.infrastructure.redis import redis
from tests.conftest import NUMBER, web_server
from tests.console.agent_browser import AgentBrowser
from tests.stand_in import Line, eventually, free_port

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
    return AgentBrowser(port, ana)


def test_sending_a_reply_takes_little_longer_while_redis_hangs(browser, conversation, line, dead_line):
    line.live()
    usual = max(browser.say(conversation, f"before {number}") for number in range(4))
    line.die()
    costs = [browser.say(conversation, f"meanwhile {number}") for number in range(6)]
    assert max(costs) < usual + 2 * MOST  # the other half is for a busy machine
    assert sorted(costs)[3] < usual + MOST / 3  # only the first asked Redis


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
