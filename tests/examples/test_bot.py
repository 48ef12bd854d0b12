"""The example bot as it is, a program of its own, behind the console's relay."""

import os
import subprocess
import sys
import uuid

import pytest
import requests
from django.conf import settings
from django.core.management import call_command

from console.models import ApiKey, Conversation, HandoverRules, Holder, Message
from personas.models import Page
from tests.conftest import CONSOLE_URL, ROOT
from tests.stand_in import eventually, free_port

pytestmark = pytest.mark.django_db(transaction=True)

GREETING = "Hello, I am Robin, a robot. Ask me when we are open or where we ship to, or say “human”."
OPEN = "We are open Monday to Saturday, 9 to 18 h."
SHIPS = "We ship to all of Europe, in 2 to 4 days."


@pytest.fixture
def robin(stack, bluebird):
    """The bot runs, and the Page is set up for it. Returns its address."""
    url = f"http://127.0.0.1:{free_port()}/"
    secret = settings.FACEBOOK_APP_SECRET
    Page.objects.update(bot_name="Robin")
    HandoverRules.objects.create(page=bluebird, webhook_url=url, holder_url=url, holder_secret=secret)
    environment = {
        "HANDOVER_URL": CONSOLE_URL,
        "HANDOVER_KEY": ApiKey.objects.make(bluebird, "Robin"),
        "PORT": url.split(":")[2].rstrip("/"),
        "APP_SECRET": secret,
    }
    bot = subprocess.Popen([sys.executable, "examples/bot.py"], cwd=ROOT, env=os.environ | environment)
    try:
        eventually(lambda: _listens(url))
        yield url
    finally:
        bot.kill()
        bot.wait()


def _listens(url):
    try:
        return requests.get(url, timeout=5).status_code
    except requests.ConnectionError:
        return False


@pytest.fixture
def mona_says(stack, robin):
    """Have Mona write, and wait until the Page has sent so many messages in all; return these."""
    psid = stack.customer("Mona Weber")

    def say(text, answers):
        stack.say(psid, text=text)
        eventually(lambda: len(stack.texts(psid)) >= answers)
        return stack.texts(psid)

    say.psid = psid
    return say


def holder_of(psid):
    return Conversation.objects.filter(customer__psid=psid).values_list("holder", flat=True).first()


def test_the_example_bot_greets_answers_two_questions_and_hands_over(stack, mona_says, ana):
    mona_says("Hello", 1)
    mona_says("When are you open?", 2)
    assert mona_says("Do you ship to Norway?", 3) == [GREETING, OPEN, SHIPS]
    assert {received["persona"]["name"] for received in stack.said(mona_says.psid)} == {"Robin"}
    mona_says("A human, please", 3)
    eventually(lambda: holder_of(mona_says.psid) == Holder.QUEUE)
    last = Conversation.objects.get().handovers.in_order().last()
    assert (last.note, last.summary) == ("Asks for a human", "The last words were: a human, please")


def test_the_example_bot_is_silent_while_an_agent_holds_and_continues_when_handed_back(stack, mona_says, ana):
    mona_says("Hello", 1)
    conversation = Conversation.objects.get()
    conversation.take(ana)
    mona_says("When are you open?", 1)
    eventually(lambda: conversation.messages.filter(is_incoming=True).count() == 2)
    conversation.send(author=ana, text="Until six today", idempotency_key=uuid.uuid4())
    conversation.hand_back(ana, "Wanted to know when we close")
    eventually(lambda: len(stack.texts(mona_says.psid)) == 3)
    assert stack.texts(mona_says.psid)[1:] == ["Until six today", "It is Robin again. What else can I do for you?"]
    assert mona_says("Do you ship?", 4)[3] == SHIPS
    faces = [received["persona"]["name"] for received in stack.said(mona_says.psid)]
    assert faces == ["Robin", "Ana R.", "Robin", "Robin"]


def test_the_example_bot_answers_no_message_that_was_unsent(stack, mona_says):
    mona_says("Hello", 1)
    mid = Message.objects.get(text="Hello").mid
    stack.say(mona_says.psid, event={"message": {"mid": mid, "is_deleted": True}})
    eventually(lambda: Message.objects.filter(is_deleted=True).exists())
    assert mona_says("Do you ship?", 2) == [GREETING, SHIPS]


def test_a_bot_message_is_refused_while_an_agent_holds_the_conversation(stack, mona_says, bluebird, ana):
    mona_says("Hello", 1)
    Conversation.objects.get().take(ana)
    bearer = {"Authorization": f"Bearer {ApiKey.objects.make(bluebird, 'Another')}"}
    address = f"{CONSOLE_URL}/api/conversations/{mona_says.psid}/messages"
    answer = requests.post(address, json={"text": "I again"}, headers=bearer, timeout=10)
    assert (answer.status_code, answer.json()["name"]) == (409, "Ana R.")
    assert stack.texts(mona_says.psid) == [GREETING]


def test_the_example_bot_refuses_an_unsigned_webhook(robin, mona_says, stack):
    forged = {"entry": [{"messaging": [{"sender": {"id": mona_says.psid}, "message": {"mid": "m_1", "text": "Hi"}}]}]}
    assert requests.post(robin, json=forged, timeout=10).status_code == 403
    assert mona_says("Do you ship?", 1) == [SHIPS]


def test_the_demo_has_conversations_waiting_with_the_bot_with_agents_and_closed(robin):
    for _again in range(2):
        call_command("demo", bot=robin, key="hk_only-for-this-test", verbosity=0)

    def names(part):
        return [conversation.customer.name for conversation in part]

    assert sorted(names(Conversation.objects.waiting())) == ["Jonas Brandt", "Mona Weber"]
    assert names(Conversation.objects.in_section("bot")) == ["Emil Novak"]
    assert names(Conversation.objects.closed()) == ["Sofia Rossi"]
    assert Conversation.objects.open().filter(holder=Holder.AGENT).count() == 2
    assert ApiKey.objects.find("hk_only-for-this-test").name == "Robin"
