"""The whole stack at once: console, workers, Facebook, all over HTTP."""

import json
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.db import connection
from django.test import Client

from console.infrastructure.redis import redis
from console.models import Conversation, Message
from console.models.conversation.thread_order import next_moment
from console.sweep import sweep
from personas import tasks as persona_tasks
from personas.models import Page, Persona
from tests.conftest import CONSOLE_URL, TOKEN
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def browse(stack):
    """A browser's requests to the running console, as an agent."""

    def open_session(agent):
        django = Client()
        django.force_login(agent, backend="django.contrib.auth.backends.ModelBackend")
        session = requests.Session()
        session.cookies.set("sessionid", django.cookies["sessionid"].value)
        session.get(f"{CONSOLE_URL}/leave/")  # a page with a form gives the CSRF cookie
        session.headers.update({"X-CSRFToken": session.cookies["csrftoken"], "HX-Request": "true"})
        return session

    return open_session


@pytest.fixture
def mona_wrote(stack, bluebird):
    psid = stack.customer("Mona Weber")
    stack.say(psid, text="Hello?")
    return eventually(lambda: Conversation.objects.filter(customer__psid=psid).first())


def send(session, conversation, text):
    path = f"{CONSOLE_URL}/conversations/{conversation.pk}/send/"
    answer = session.post(path, {"text": text, "idempotency_key": uuid.uuid4()})
    assert answer.status_code == 200, answer.text


def test_fifty_tabs_of_one_agent_create_one_persona(stack, bluebird, ana, browse):
    psids = [stack.customer(f"Guest {number}") for number in range(50)]
    for psid in psids:
        stack.say(psid, text="Hi")
    conversations = eventually(lambda: Conversation.objects.count() == 50 and list(Conversation.objects.all()), 20)
    for conversation in conversations:
        conversation.take(ana)
    session = browse(ana)

    def answer(conversation):
        session.post(f"{CONSOLE_URL}/conversations/{conversation.pk}/typing/", {"on": "1"})
        send(session, conversation, "Hello, Ana here")

    with ThreadPoolExecutor(20) as tabs:
        list(tabs.map(answer, conversations))
    eventually(lambda: all(stack.texts(psid) == ["Hello, Ana here"] for psid in psids), 30)
    assert len(stack.requests("POST", "personas")) == 1
    assert {received["persona"]["name"] for psid in psids for received in stack.said(psid)} == {"Ana R."}


def test_replies_queued_when_an_agent_leaves_are_sent_under_their_persona(stack, mona_wrote, ana, browse):
    mona_wrote.take(ana)
    session = browse(ana)
    send(session, mona_wrote, "zero")
    eventually(lambda: stack.texts(mona_wrote.customer.psid) == ["zero"])
    stack.fail("messages", times=1, delay_s=1)
    for text in ("one", "two", "three"):
        send(session, mona_wrote, text)
    assert session.post(f"{CONSOLE_URL}/leave/").url.endswith("/login/")
    eventually(lambda: stack.texts(mona_wrote.customer.psid) == ["zero", "one", "two", "three"])
    assert {received["persona"]["name"] for received in stack.said(mona_wrote.customer.psid)} == {"Ana R."}
    eventually(lambda: stack.personas() == [])
    assert eventually(lambda: Persona.objects.get().state == Persona.State.GONE)


def test_a_persona_whose_deletion_failed_is_deleted_when_facebook_is_back(stack, mona_wrote, ana, browse):
    mona_wrote.take(ana)
    send(browse(ana), mona_wrote, "Hello")
    eventually(lambda: Message.objects.filter(state=Message.State.DELIVERED).exists())
    stack.fail(status=500)
    ana.leave()
    eventually(lambda: Persona.objects.get().error)
    assert len(stack.personas()) == 1
    stack.be_well()
    Persona.objects.update(next_attempt_at=None)
    persona_tasks.sweep.delay()
    eventually(lambda: stack.personas() == [])


def test_a_reply_whose_persona_is_refused_is_sent_as_the_page_and_says_so(stack, mona_wrote, ana, browse):
    stack.fail("personas", "POST", status=400, error={"message": "reported as abusive", "code": 368})
    mona_wrote.take(ana)
    session = browse(ana)
    send(session, mona_wrote, "Hello Mona")
    [received] = eventually(lambda: stack.said(mona_wrote.customer.psid))
    assert received["persona"] is None
    eventually(lambda: Message.objects.filter(state=Message.State.DELIVERED).exists())
    page = session.get(f"{CONSOLE_URL}/conversations/{mona_wrote.pk}/messages/?since=0").text
    assert "Sent as the Page." in page
    assert "reported" in page


def test_a_reply_whose_answer_was_lost_is_reconciled_by_its_echo(stack, mona_wrote, ana, browse):
    mona_wrote.take(ana)
    stack.fail("messages", times=1, drop="after")
    send(browse(ana), mona_wrote, "Did you get this?")
    eventually(
        lambda: Message.objects.filter(state=Message.State.DELIVERED, mid__isnull=False, is_incoming=False).exists()
    )
    assert stack.texts(mona_wrote.customer.psid) == ["Did you get this?"]


def test_the_sweep_delivers_a_message_whose_task_redis_lost(stack, mona_wrote, ana):
    mona_wrote.take(ana)
    redis().delete("messages")
    Message.objects.queue(mona_wrote, ana, "lost task", next_moment(mona_wrote))
    sweep.delay()
    eventually(lambda: stack.texts(mona_wrote.customer.psid) == ["lost task"])


def test_duplicated_and_shuffled_webhooks_become_one_thread_in_order(stack, mona_wrote):
    stack.post("webhooks", duplicate=True, shuffle=True)
    lines = [f"line {number}" for number in range(30)]
    for line in lines:
        stack.say(mona_wrote.customer.psid, text=line)
    eventually(lambda: mona_wrote.messages.count() == 31, 20)
    eventually(lambda: redis().llen("messages") == 0)
    assert [message.text for message in mona_wrote.messages.in_order()] == ["Hello?", *lines]


def test_a_worker_verifies_a_page_and_marks_it_connected(stack, bluebird):
    Page.objects.update(state=Page.State.UNCHECKED)
    bluebird.verify_later()
    eventually(lambda: Page.objects.get().state == Page.State.CONNECTED)


def test_an_access_token_appears_in_no_log_page_or_database_column(stack, mona_wrote, bluebird, ana, ada, browse, logs):
    """A token is in no log, exception, task argument, admin page, address or database file."""
    mona_wrote.take(ana)
    stack.fail("messages", times=1, drop="after")
    send(browse(ana), mona_wrote, "Hello")
    eventually(lambda: stack.texts(mona_wrote.customer.psid))
    stack.fail(status=400, error={"message": "expired", "code": 190, "error_subcode": 463})
    bluebird.verify_later()
    eventually(lambda: Page.objects.get().state == Page.State.FAILING)
    admin = browse(ada)
    html = "".join(
        admin.get(f"{CONSOLE_URL}/admin/{path}").text
        for path in [
            f"personas/page/{bluebird.pk}/change/",
            "personas/page/",
            "personas/persona/",
            "console/inboundwebhook/",
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM personas_page")
        stored = cursor.fetchone()[0]
    calls = json.dumps([[call["path"], call["query"]] for call in stack.requests()])
    assert "Bluebird Tea" in html
    assert Page.objects.get().token == TOKEN
    for where in [logs(), _trace_of_a_failing_call(bluebird), html, stored, calls]:
        assert TOKEN not in where


def _trace_of_a_failing_call(page):
    try:
        page.client().persona("1")
    except Exception:
        return traceback.format_exc()
