"""The live stream over HTTP: who may listen, what it says, what it survives."""

import socket
import threading

import pytest
import requests
from django.test import Client
from django.utils import timezone

from agents.models import Agent
from console import live
from console.infrastructure.redis import database_number, redis
from console.models import Conversation, Customer, HandoverRules
from personas.models import Page
from tests.conftest import CONSOLE_PORT, CONSOLE_URL
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


class Listener:
    """Reads a stream in a thread of its own, off a socket that can be cut from here."""

    def __init__(self, agent):
        django = Client()
        django.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        self.heard, self.headers = [], {}
        self.socket = socket.create_connection(("127.0.0.1", CONSOLE_PORT), timeout=30)
        cookie = f"sessionid={django.cookies['sessionid'].value}"
        self.socket.sendall(f"GET /live/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        with self.socket.makefile("r") as lines:
            for line in lines:
                name, _colon, value = line.strip().partition(": ")
                if name == "data":
                    self.heard.append(value)
                elif not self.heard:
                    self.headers[name] = value

    def hears(self, topic):
        eventually(lambda: topic in self.heard)

    def answers(self):
        live.publish("knock")
        return "knock" in self.heard

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def listen(stack):
    listeners = []

    def open_stream(agent):
        listeners.append(Listener(agent))
        eventually(listeners[-1].answers)  # the hello comes before the process has subscribed
        return listeners[-1]

    yield open_stream
    for listener in listeners:
        listener.close()


def test_the_live_stream_is_refused_without_a_log_in(stack):
    assert requests.get(f"{CONSOLE_URL}/live/", timeout=5).status_code == 403
    cookies = {"sessionid": "made-up"}
    assert requests.get(f"{CONSOLE_URL}/live/", cookies=cookies, timeout=5).status_code == 403


def test_the_live_stream_begins_with_hello_and_is_not_cached(listen, ana):
    listener = listen(ana)
    assert listener.heard[0] == "hello"
    assert listener.headers["content-type"] == "text/event-stream"
    assert listener.headers["cache-control"] == "no-store"


def test_every_live_stream_receives_every_published_topic(listen, ana, ben):
    listeners = [listen(ana), listen(ben), listen(ana)]
    live.publish("conversation-7")
    for listener in listeners:
        listener.hears("conversation-7")


def test_many_publications_of_one_topic_are_merged_into_few_events(listen, ana):
    listener = listen(ana)
    for _nudge in range(100):
        live.publish("queue")
    live.publish("end")
    listener.hears("end")
    assert 1 <= listener.heard.count("queue") < 20


def test_a_rolled_back_change_is_not_published(listen, ana, bluebird):
    conversation = Conversation.objects.create(
        page=bluebird, customer=Customer.objects.create(page=bluebird, psid="7001002003004005")
    )
    listener = listen(ana)
    with pytest.raises(ZeroDivisionError), conversation.changing():
        raise ZeroDivisionError
    live.publish("end")
    listener.hears("end")
    assert f"conversation-{conversation.pk}" not in listener.heard


def test_one_redis_subscription_serves_all_streams_and_is_renewed_when_broken(listen, ana):
    listeners = [listen(ana) for _tab in range(5)]
    subscriptions = [client for client in redis().client_list(_type="pubsub") if client["sub"] == "1"]
    ours = [client["id"] for client in subscriptions if client["db"] == str(database_number())]
    assert len(ours) == 1
    for listener in listeners:
        listener.heard.clear()
    redis().client_kill_filter(_id=ours[0])
    for listener in listeners:
        listener.hears("hello")  # ask for whatever you missed
    live.publish("queue")
    for listener in listeners:
        listener.hears("queue")


def test_opening_a_live_stream_makes_a_lost_agent_present_and_publishes_it(listen, ana, ben):
    others = listen(ben)
    Agent.objects.filter(pk=ana.pk).update(is_present=False, is_lost=True, away_since=timezone.now())
    listen(ana)
    others.hears("queue")
    ana.refresh_from_db()
    assert (ana.is_present, ana.is_lost, bool(ana.seen_at)) == (True, False, True)


def test_a_failed_reply_that_stops_the_idle_timeout_publishes_the_holder(
    listen, stack, conversation, say, bluebird, ana
):
    HandoverRules.objects.create(page=bluebird, bot_app_id="222", back_after=30)
    Page.objects.update(paused_since=timezone.now())
    say("Not now")
    listener = listen(ana)
    stack.fail("messages", status=400, error={"message": "(#368)", "code": 368})
    Page.objects.update(paused_since=None)
    Conversation.objects.get().deliver()
    listener.hears(f"holder-{conversation.pk}")
    assert Conversation.objects.get().returns_at is None
