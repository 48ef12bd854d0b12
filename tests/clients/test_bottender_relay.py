"""A Bottender bot, as its maker wrote it, behind the relay: it answers, people do, and it answers again."""

import uuid

import pytest
import requests

from console.models import BotEvent, Conversation, HandoverRules, Holder, InboundWebhook
from messenger import events
from tests.stand_in import Bot, eventually

from .conftest import bottender_at, running_bot

pytestmark = pytest.mark.django_db(transaction=True)


class Ear(Bot):
    """A proxy in front of the bot, which records requests and changes nothing."""

    def receive(self, headers, body):
        self.received.append((headers, body))
        return requests.post(self.bot.webhook, data=body, headers=headers, timeout=5).status_code

    @property
    def kinds(self):
        return [type(event) for body in self.bodies for event in events.parse(body)]


@pytest.fixture
def robin(stack, bluebird, node_modules, files, tmp_path):
    """The bot, to which the console relays Facebook's webhooks. Returns the events that it receives."""
    known = stack.get("world")
    app, facebooks_page = known["apps"][0], known["pages"][0]
    world = {"origin": stack.url, "page_id": facebooks_page["id"], "token": facebooks_page["token"]}
    world |= {"app_id": app["id"], "app_secret": app["secret"]}
    with running_bot(bottender_at(world, node_modules, files, tmp_path)) as bot, Ear() as ear:
        ear.bot = bot
        HandoverRules.objects.create(page=bluebird, webhook_url=ear.url, words="human")
        yield ear


def test_a_bottender_bot_behind_the_relay_hands_over_to_an_agent_and_gets_it_back(stack, robin, ana):
    psid = stack.customer("Mona Weber")

    def say(text):
        stack.say(psid, text=text)

    def answers(count):
        """Return (persona, text) of all messages to Mona."""
        said = eventually(lambda: len(stack.said(psid)) >= count and stack.said(psid), seconds=40)
        return [(message["persona"]["name"], message["text"]) for message in said]

    def rest():
        """Wait until all webhooks are processed and all bot events delivered."""
        eventually(lambda: not stack.get("world")["counts"]["webhooks_waiting"])
        eventually(lambda: not InboundWebhook.objects.unprocessed().exists() and not BotEvent.objects.exists())

    say("Hi!")
    greeting = ("Robin", "Hello Mona! Which tea?")
    assert answers(1) == [greeting]
    conversation = Conversation.objects.get(customer__psid=psid)
    by_bot = eventually(lambda: conversation.messages.filter(is_by_bot=True).first())
    assert by_bot.text == greeting[1]
    rest()

    received = list(robin.received)
    say("I want a human")
    eventually(lambda: Conversation.objects.filter(pk=conversation.pk, holder=Holder.QUEUE).exists())
    conversation.take(ana)
    conversation.send(author=ana, text="Ana here.", idempotency_key=uuid.uuid4())
    assert answers(2) == [greeting, ("Ana R.", "Ana here.")]
    say("Thank you!")
    eventually(lambda: conversation.messages.filter(text="Thank you!").exists())
    rest()
    assert robin.received == received

    conversation = Conversation.objects.get(pk=conversation.pk)
    conversation.hand_back(ana, note="All is well")
    eventually(lambda: events.ThreadPassed in robin.kinds)
    [passed] = events.parse(robin.bodies[len(received)])
    assert passed.metadata.startswith("All is well")
    assert "Ana R.: Ana here." in passed.metadata
    say("Which teas do you have?")
    assert answers(3) == [greeting, ("Ana R.", "Ana here."), greeting]
    rest()
    assert "rror" not in robin.bot.said(), robin.bot.said()
    lines = [str(row) for row in conversation.handovers.in_order()]
    assert lines == ["bot → queue", "queue → Ana Ruiz", "Ana Ruiz → bot"]
