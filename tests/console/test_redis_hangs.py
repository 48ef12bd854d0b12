"""A Redis that is stopped in the middle (SIGSTOP): it accepts connections and commands, and answers nothing.

Every verb of an agent, the log-in, webhooks and the API answer as usual. All that was done meanwhile goes out once
Redis goes on, and workers work on.
"""

import signal
import sys
import time
import uuid
from contextlib import ExitStack, contextmanager

import pytest
import requests
from django.contrib.auth.hashers import make_password
from django.db import transaction

from agents.models import Agent
from console.models import ApiKey, Conversation, HandoverRules, InboundWebhook, Message
from messenger.events import serialize
from tests.conftest import NUMBER, PASSWORD, ROOT, WORKERS, _process, environment_of_programs, web_server
from tests.console.agent_browser import AgentBrowser
from tests.console.conftest import fresh, is_a_lock_awaited, post_webhook, webhook
from tests.stand_in import eventually, free_port

sys.path.append(str(ROOT / "bin"))

from embedded import redis_server

MOST = 2  # s that anything may take, on a busy machine; bin/bench measures it

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A Redis of our own, which can be stopped."""
    folder = tmp_path_factory.mktemp("redis")
    with (folder / "lock").open("w") as lock, redis_server(folder, folder, lock.fileno(), temporary=True) as server:
        yield server
        server.process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def port(server, stack_processes):
    """A web server and workers at that Redis."""
    port, environment = free_port(), environment_of_programs() | {"REDIS_URL": server.url}
    with ExitStack() as programs:
        for name in WORKERS:
            options = ["--concurrency", "8", "--loglevel", "INFO", "-n", f"{name}-{NUMBER}@hang"]
            programs.enter_context(_process(["bin/run.py", name, *options], environment))
        programs.enter_context(web_server(port, REDIS_URL=server.url))
        yield port


@pytest.fixture
def stopped(server):
    """Stop Redis for the length of a block."""

    @contextmanager
    def stop():
        server.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            server.process.send_signal(signal.SIGCONT)

    return stop


@pytest.fixture
def browser(stack, port, ana):
    return AgentBrowser(port, ana)


def test_every_verb_of_an_agent_answers_while_redis_hangs(browser, conversation, ben, stopped, bluebird):
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/hook")
    path = f"/conversations/{conversation.pk}"
    verbs = {
        "send": lambda: browser.post(f"{path}/send/", text="Hello", idempotency_key=uuid.uuid4()),
        "type": lambda: browser.post(f"{path}/typing/", on="1"),
        "see": lambda: browser.post(f"{path}/see/"),
        "desk": lambda: browser.get("/"),
        "thread": lambda: browser.get(f"{path}/"),
        "return": lambda: browser.post(f"{path}/return-to-queue/"),
        "take": lambda: browser.post(f"{path}/take/"),
        "close": lambda: browser.post(f"{path}/close/", seen=conversation.messages.latest("pk").pk),
        "reopen": lambda: browser.post(f"{path}/reopen/"),
        "hand back": lambda: browser.post(f"{path}/hand-back/"),
        "take over": lambda: browser.post(f"{path}/take-over/"),
        "transfer": lambda: browser.post(f"{path}/transfer/", to=f"agent-{ben.pk}"),
        "away": lambda: browser.post("/away/"),
    }
    browser.post(f"{path}/send/", text="First", idempotency_key=uuid.uuid4())  # the server has loaded its code by now
    with stopped():
        seconds = {name: verb() for name, verb in verbs.items()}
    assert {name: took for name, took in seconds.items() if took > MOST} == {}
    assert fresh(conversation).agent == ben


def test_logging_in_takes_little_longer_while_redis_hangs(browser, ana, stopped):
    Agent.objects.filter(pk=ana.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))  # slow on purpose
    usual = max(browser.log_in() for _time in range(2))
    with stopped():
        assert browser.log_in() < usual + MOST


def test_the_api_answers_while_redis_hangs(browser, conversation, mona, bluebird, stopped):
    headers = {"Authorization": f"Bearer {ApiKey.objects.make(bluebird, 'bot')}"}
    with stopped():
        began = time.monotonic()
        answer = requests.get(f"{browser.url}/api/conversations/{mona.psid}", headers=headers, timeout=60)
        assert time.monotonic() - began < MOST
    assert answer.ok, answer.text


def test_what_was_done_while_redis_hung_goes_out_once_it_goes_on(browser, conversation, mona, said, stack, stopped):
    path = f"/conversations/{conversation.pk}"
    with stopped():
        for number in range(5):
            browser.post(f"{path}/send/", text=f"Reply {number}", idempotency_key=uuid.uuid4())
        began = time.monotonic()
        assert post_webhook("/webhooks/messenger", serialize(webhook(said("m_9", "Thanks"))), browser.url).ok
        assert time.monotonic() - began < MOST
        time.sleep(6)  # longer than the timeouts of workers
    eventually(lambda: stack.texts(mona.psid) == [f"Reply {number}" for number in range(5)], seconds=60)
    eventually(lambda: Message.objects.filter(mid="m_9").exists(), seconds=60)


def test_a_processor_that_has_profiles_to_fetch_goes_on_while_redis_hangs(browser, conversation, said, stopped):
    """Begin its batch before: there is a task to publish for each of many new customers."""
    new = [said(f"m_{number}") | {"sender": {"id": f"70{number}"}} for number in range(20)]
    with ExitStack() as hanging:
        with transaction.atomic():
            Conversation.objects.select_for_update().get(pk=conversation.pk)
            post_webhook("/webhooks/messenger", serialize(webhook(said("m_a"), *new)), browser.url)
            eventually(is_a_lock_awaited)
            hanging.enter_context(stopped())
        InboundWebhook.objects.create(body=serialize(webhook(said("m_b"))).decode(), digest="b")  # wakes nobody else
        eventually(lambda: Message.objects.filter(mid="m_b").exists(), seconds=5)


def test_workers_go_on_after_redis_hung(browser, conversation, mona, said, stack, stopped):
    with stopped():
        time.sleep(6)
    browser.post(f"/conversations/{conversation.pk}/send/", text="Afterwards", idempotency_key=uuid.uuid4())
    post_webhook("/webhooks/messenger", serialize(webhook(said("m_9", "Thanks"))), browser.url)
    eventually(lambda: stack.texts(mona.psid) == ["Afterwards"], seconds=60)
    eventually(lambda: Message.objects.filter(mid="m_9").exists(), seconds=60)


def test_customers_are_answered_while_redis_hangs_again_and_again(browser, conversation, mona, stack, stopped):
    """The breaker opens and closes each time; nothing is sent twice or out of order."""
    texts = [f"Round {number}" for number in range(4)]
    for text in texts:
        with stopped():
            browser.post(f"/conversations/{conversation.pk}/send/", text=text, idempotency_key=uuid.uuid4())
            time.sleep(0.5)
        time.sleep(0.3)
    eventually(lambda: stack.texts(mona.psid) == texts, seconds=60)
    assert Conversation.objects.get().holder == "agent"
