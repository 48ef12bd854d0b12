"""The logs: one line for each request, ids that lead from it to tasks and calls, and nothing personal."""

import io
import json
import logging
import re
import uuid

import pytest
import requests
from django.db import DatabaseError, IntegrityError
from django.test import Client

from console import tasks
from console.celery import app
from console.logs import ids, paths, texts
from console.logs.formatters import JSON, Text
from console.models import ApiKey, Conversation, Customer, HandoverRules
from console.models.holder import Holder
from messenger.call_log import kind_of
from tests.conftest import CONSOLE_URL, TOKEN, program
from tests.stand_in import eventually

SECRETS = ["Mona", "Weber", TOKEN, "Where is my parcel", "It left on Friday", "She is cross", "Order 4711"]


@pytest.fixture
def log():
    """Return a logger, and what it has written so far as text or as JSON."""

    def make(formatter):
        written, logger = io.StringIO(), logging.Logger("tests")
        handler = logging.StreamHandler(written)
        handler.setFormatter(formatter)
        logger.addHandler(handler)
        return logger, written.getvalue

    return make


# A whole flow


@pytest.fixture
def desk(stack, ana):
    """Ana's browser, and the request of a bot."""
    django = Client()
    django.force_login(ana, backend="django.contrib.auth.backends.ModelBackend")
    session = requests.Session()
    session.cookies.set("sessionid", django.cookies["sessionid"].value)
    session.get(f"{CONSOLE_URL}/leave/")
    session.headers["X-CSRFToken"] = session.cookies["csrftoken"]
    return session


def fields(line):
    return dict(re.findall(r" (\w+)=(\S+)", line))


def having(logs, **wanted):
    """Return the fields of the lines that have these."""
    found = [fields(line) for line in logs().splitlines()]
    return [one for one in found if wanted.items() <= one.items()]


@pytest.mark.django_db(transaction=True)
def test_a_whole_flow_can_be_followed_by_its_ids_and_leaves_nothing_personal_in_the_logs(
    stack, bluebird, ana, desk, logs
):
    psid = stack.customer("Mona Weber")
    stack.say(psid, text="Where is my parcel?")
    conversation = eventually(lambda: Conversation.objects.filter(customer__psid=psid).first())
    eventually(lambda: Conversation.objects.get().customer.name)
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    key = ApiKey.objects.make(bluebird, "Robin")
    Conversation.objects.update(holder=Holder.BOT)
    handed_over = requests.post(
        f"{CONSOLE_URL}/api/conversations/{psid}/hand-over",
        json={"reason": "She is cross", "summary": "Order 4711"},
        headers={"Authorization": f"Bearer {key}"},
        timeout=20,
    )
    assert handed_over.ok, handed_over.text
    desk.get(f"{CONSOLE_URL}/search/?q=Mona+Weber")
    assert desk.post(f"{CONSOLE_URL}/conversations/{conversation.pk}/take/").ok
    sent = desk.post(
        f"{CONSOLE_URL}/conversations/{conversation.pk}/send/",
        {"text": "It left on Friday", "idempotency_key": uuid.uuid4()},
        allow_redirects=False,
    )
    assert sent.status_code == 302, sent.text
    request_id = sent.headers["X-Request-ID"]
    message = eventually(lambda: conversation.messages.filter(text="It left on Friday").exclude(mid=None).first())

    request = eventually(lambda: having(logs, path=f"/conversations/{conversation.pk}/send/"))
    assert [(one["method"], one["status"], one["agent_id"]) for one in request] == [("POST", "302", str(ana.pk))]
    assert (request[0]["request_id"], request[0]["ms"].isdecimal()) == (request_id, True)
    about = {"message_id": str(message.pk), "conversation_id": str(conversation.pk), "page_id": str(bluebird.pk)}
    assert having(logs, request_id=request_id, call="me/messages", status="200", **about)
    assert having(logs, request_id=request_id, task="console.tasks.deliver", **about)
    assert having(logs, path="/webhooks/messenger", status="200")
    assert having(logs, path="/api/conversations/…/hand-over", status="200")
    assert having(logs, path="/search/", agent_id=str(ana.pk))
    assert [secret for secret in [*SECRETS, psid, key] if secret in logs()] == []


@pytest.mark.django_db(transaction=True)
def test_a_refused_row_leaves_no_value_in_the_logs_of_the_database(mona, logs):
    error = "duplicate key value violates unique constraint"
    before = logs().count(error)
    with pytest.raises(IntegrityError):
        Customer.objects.create(page=mona.page, psid=mona.psid, name="Order 4711")
    eventually(lambda: logs().count(error) > before)
    assert "Order 4711" not in logs()
    assert mona.psid not in logs()


@pytest.mark.django_db(transaction=True)
def test_a_proxy_may_give_the_id_of_a_request_and_nothing_else_as_such(stack, logs):
    given = str(uuid.uuid4())
    for header in (given, "Mona Weber"):
        answer = requests.get(f"{CONSOLE_URL}/login/", headers={"X-Request-ID": header}, timeout=20)
        assert (answer.headers["X-Request-ID"] == header) is (header == given)
    assert eventually(lambda: having(logs, path="/login/", request_id=given))
    assert "Mona" not in logs()


@pytest.mark.django_db(transaction=True)
def test_beat_writes_its_lines_as_json_too(stack, logs):
    with program(["bin/run.py", "beat", "--loglevel", "INFO", "--schedule", "/dev/null/none"], LOG_FORMAT="json"):
        line = eventually(lambda: next((line for line in logs().splitlines() if '"celery.beat"' in line), None))
    assert json.loads(line)["time"].endswith("Z")


# Tasks


@pytest.mark.django_db
def test_a_task_carries_the_id_of_the_request_that_sent_it(enqueued, broker):
    with ids.carrying(request_id="4711"):
        tasks.beat.apply_async(["messages"], is_waited_for=True)
    with app.connection() as connection:
        [sent] = connection.default_channel.client.lrange("background", 0, -1)
    assert json.loads(sent)["headers"]["request_id"] == "4711"


def test_the_lines_of_a_task_without_a_request_carry_a_new_id():
    @app.task(name="tests.ids")
    def known():
        return dict(ids.current())

    first, second = known(), known()
    assert first["task"] == "tests.ids"
    assert first["request_id"] != second["request_id"]


def test_ids_are_noted_in_the_innermost_block_and_end_with_it():
    ids.note(agent_id=1)
    assert dict(ids.current()) == {}
    with ids.carrying(request_id="1"):
        ids.note(agent_id=3)
        with ids.carrying(message_id=5):
            assert dict(ids.current()) == {"request_id": "1", "agent_id": 3, "message_id": 5}
        assert dict(ids.current()) == {"request_id": "1", "agent_id": 3}
    assert dict(ids.current()) == {}


# Lines


def test_a_line_is_one_object_of_json_in_utc_with_its_ids(log):
    logger, written = log(JSON())
    with ids.carrying(request_id="4711"):
        logger.warning("Two\nlines of %s", "text", extra={"fields": {"message_id": 5}})
    line = json.loads(written())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line.pop("time"))
    expected = {"level": "WARNING", "logger": "tests", "message": "Two\nlines of text"}
    assert line == {**expected, "request_id": "4711", "message_id": 5}


def test_a_text_line_stays_one_line(log):
    logger, written = log(Text())
    logger.info("Two\r\nlines\x85\u2028\x1b[31m of %s", "one\n2030-01-01 INFO", extra={"fields": {"code": "5\nERROR"}})
    assert len(written().splitlines()) == 1 and "\x1b" not in written()
    assert "Two\\r\\nlines" in written()


def test_the_text_of_an_error_stays_one_line():
    assert texts.said(ValueError("one\rtwo\u2028three\x1b[2J")) == "one\\rtwo\\u2028three\\x1b[2J"


@pytest.mark.django_db
def test_a_row_appears_in_the_logs_by_its_kind_and_key(log, mona):
    logger, written = log(Text())
    logger.info("This is %s", mona)
    assert f"This is customer {mona.pk}\n" in written()


@pytest.mark.parametrize("formatter", [Text(), JSON()])
def test_a_traceback_names_the_place_and_no_value(log, formatter):
    logger, written = log(formatter)
    order, row = "Mona's order", 'invalid "Mona"\nDETAIL:  Failing row contains (Weber).'
    try:
        try:
            int(order)
        except ValueError as cause:
            raise DatabaseError(row) from cause
    except DatabaseError:
        logger.exception("It failed")
    assert [word in written() for word in ("Mona", "Weber")] == [False, False]
    assert "ValueError: invalid literal for int() with base 10: …" in written()
    assert "DatabaseError: invalid …" in written() and "test_logs.py" in written()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AttributeError("'NoneType' object has no attribute 'pk'"), "'NoneType' object has no attribute 'pk'"),
        (KeyError("Mona"), "…"),
        (OSError("GET /me?access_token=EAA refused"), "GET /me?… refused"),
        (ValueError("x" * 1000), "x" * 300),
    ],
)
def test_the_text_of_an_error_keeps_names_of_code_and_no_values(error, expected):
    assert texts.said(error) == expected


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        ("/conversations/12/messages/34/retry/", "/conversations/12/messages/34/retry/"),
        ("/api/conversations/7001002003004005/hand-over", "/api/conversations/…/hand-over"),
        ("/personas/eyJhIjoxfQ:1abc.img", "/personas/…"),
        ("/admin/console/conversation/12/change/", "/admin/console/conversation/12/change/"),
        ("/customers/mona-weber/", "/customers/…/"),
        ("/live/", "/live/"),
        ("/static/js/desk.1a2b3c.js", "/static/…/…"),
    ],
)
def test_paths_in_the_logs_consist_of_our_own_words_and_numbers_of_rows(path, shown):
    assert paths.shown(path) == shown


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("me/messages", "me/messages"),
        ("7001002003004005", "…"),
        ("m_a1B2", "…"),
        ("1517776481860111/subscriptions", "…/subscriptions"),
        ("", "batch"),
    ],
)
def test_the_kind_of_a_call_has_no_ids(path, kind):
    assert kind_of(path) == kind
