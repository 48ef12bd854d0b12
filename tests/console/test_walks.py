"""Walks through the code: the files that one piece of work goes through, and its calls from one file into another.

The ceilings go down as the rooms get better, never up. `bin/test tests/console/test_walks.py -rP` shows the figures.
"""

import sys
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from console.models import ApiKey, Conversation, HandoverRules, Holder, InboundWebhook
from console.webhook_endpoint import verify
from messenger import webhook_signature
from messenger.events import serialize
from tests.console.conftest import webhook
from tests.house import ROOT

OURS = [str(ROOT / package) for package in ("agents", "console", "messenger", "personas")]
BESIDE = [str(ROOT / path) for path in ("console/logs/", "console/metrics/", "messenger/call_log.py")]


class Walk:
    """Counts on this thread the files of ours that are entered, and the calls from one of them into another.

    A call through a library (a decorator, a context manager, a query's method) counts from the last of our files that
    is still running. Code that runs while a module is imported is not counted: it runs once. Code of
    logs and of counters is not counted either: it changes nothing of the work.
    """

    def __init__(self):
        self.files, self.changes, self._running = [], 0, []

    @contextmanager
    def taken(self, door=""):
        """Count during this block. door: the folder in which the work begins; middleware before it is not counted."""
        self._door = str(ROOT / door)
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)
        print(self)

    def _note(self, frame, event, _argument):
        file = frame.f_code.co_filename
        is_on_the_way = file.startswith(tuple(OURS)) and not file.startswith(tuple(BESIDE))
        if not is_on_the_way or frame.f_code.co_name == "<module>":
            return
        if event == "call" and (self._running or file.startswith(self._door)):
            self.changes += bool(self._running) and self._running[-1] != file
            self.files += [] if file in self.files else [file]
            self._running.append(file)
        elif event == "return" and self._running:
            self._running.pop()

    def __str__(self):
        names = [str(Path(file).relative_to(ROOT)) for file in self.files]
        return f"{len(names)} files, {self.changes} changes of file: {', '.join(names)}"


@pytest.fixture
def walk():
    return Walk()


def assert_within(walk, files, changes):
    assert len(walk.files) <= files, str(walk)
    assert walk.changes <= changes, str(walk)


def test_a_bot_hands_over_by_api_within_few_files(walk, mona, bluebird):
    secret = ApiKey.objects.make(bluebird, "Robin")
    HandoverRules.objects.create(page=bluebird, webhook_url="http://127.0.0.1:9/")
    Conversation.objects.update(holder=Holder.BOT)
    bot, path = Client(headers={"Authorization": f"Bearer {secret}"}), f"/api/conversations/{mona.psid}"
    assert bot.get(path).json()["holder"] == "bot"
    with walk.taken("console/api"):
        answer = bot.post(f"{path}/hand-over", {"reason": "Wants a refund"}, content_type="application/json")
    assert answer.json()["holder"] == "queue"
    assert_within(walk, files=25, changes=50)


def test_a_webhook_body_becomes_a_message_within_few_files(walk, receive, said, thread):
    receive(said("m_1"))
    body = serialize(webhook(said("m_2")))
    headers = {"x-hub-signature-256": webhook_signature.sign(body, settings.FACEBOOK_APP_SECRET)}
    with walk.taken():
        assert verify(headers, body)[0] == 200
        InboundWebhook.objects.store(body)
        InboundWebhook.objects.latest("pk").process()
    assert thread.count() == 2
    assert_within(walk, files=33, changes=99)


def test_a_reply_is_queued_by_the_send_view_within_few_files(walk, client, ana, conversation):
    client.force_login(ana)
    path = reverse("send", args=[conversation.pk])
    first, second = ({"text": text, "idempotency_key": uuid.uuid4()} for text in ("Hello", "Good-bye"))
    client.post(path, first, headers={"HX-Request": "true"})
    with walk.taken("console/views"):
        client.post(path, second, headers={"HX-Request": "true"})
    assert [message.text for message in conversation.messages.in_order()] == ["Hello", "Good-bye"]
    assert_within(walk, files=26, changes=44)


def test_a_queued_reply_gets_to_facebook_within_few_files(walk, conversation, say, mona, sandbox):
    say("Hello")
    conversation.deliver()
    say("Good-bye")
    worker_conversation = Conversation.objects.get(pk=conversation.pk)
    with walk.taken():
        worker_conversation.deliver()
    assert sandbox.texts(mona.psid) == ["Hello", "Good-bye"]
    assert_within(walk, files=26, changes=45)
