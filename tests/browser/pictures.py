"""Take the pictures of the documents from the running product: `bin/pictures` writes them into docs/."""

import uuid

import pytest
from playwright.sync_api import expect

from console.management.commands.demo import CUSTOMERS
from console.models import Conversation, HandoverRules, Label, Message
from console.models.label import Colour
from tests.browser.desk import PHONE, bubbles, composer, opens, until
from tests.conftest import ROOT
from tests.stand_in import Bot, eventually

pytestmark = pytest.mark.django_db(transaction=True)

DESK = {"viewport": {"width": 1440, "height": 900}}
MILA = "Mila Novotna"


@pytest.fixture
def robin(stack, bluebird):
    """The Page has a bot."""
    bluebird.bot_name = "Robin"
    bluebird.save()
    with Bot() as bot:
        HandoverRules.objects.create(page=bluebird, webhook_url=bot.url)
        yield


@pytest.fixture
def customers(stack, robin, ana, ben):
    """The customers of the demo wait, are answered, or talk with the bot."""
    found = {name: _arrive(stack, name, lines) for name, lines in CUSTOMERS}
    for name in ["Mona Weber", "Jonas Brandt"]:
        found[name].hand_over(note="Asks for a human")
    for name, agent, text in [
        ("Priya Natarajan", ana, "Oh no! I am sorry. A new lid goes out to you today."),
        ("Luc Moreau", ben, "It is, from 3 pm. Shall I put you on the list?"),
    ]:
        found[name].take(agent)
        _send(found[name], agent, text)


@pytest.fixture
def mila(stack, customers, bluebird, ana):
    """Mila talks with the bot, which hands over with a summary, and Ana takes it."""
    conversation = _arrive(stack, MILA, ["Hi! Do you ship to Norway?"])
    _send(conversation, None, "We ship to all of Europe, in 2 to 4 days.")
    psid = conversation.customer.psid
    stack.say(psid, text="Good. Is this cup still there? Human, please, it is a present.")
    stack.say(psid, attachment={"type": "image", "url": "/_sandbox/sample.png"})
    _wait_for(conversation, incoming=3)
    conversation.hand_over(note="Asks for a human", summary="Wants the blue cup as a present, sent to Norway.")
    conversation.take(ana)
    conversation.labels.add(Label.objects.create(name="Gift", colour=Colour.TEAL, page=bluebird))
    return psid


def _arrive(stack, name, lines):
    psid = stack.customer(name)
    for line in lines:
        stack.say(psid, **(line if isinstance(line, dict) else {"text": line}))
    conversation = eventually(lambda: Conversation.objects.filter(customer__psid=psid, customer__name=name).first())
    _wait_for(conversation, incoming=len(lines))
    conversation.refresh_from_db()
    return conversation


def _wait_for(conversation, incoming):
    eventually(lambda: conversation.messages.filter(is_incoming=True).count() == incoming)


def _send(conversation, author, text):
    conversation.send(author=author, text=text, idempotency_key=uuid.uuid4())
    eventually(lambda: not conversation.messages.filter(state__in=[Message.State.QUEUED, Message.State.SENDING]))


@pytest.mark.parametrize(
    ("picture", "device"),
    [
        ("console", DESK),
        ("console-dark", DESK | {"color_scheme": "dark"}),
        ("console-phone", PHONE | {"device_scale_factor": 2}),
    ],
)
def test_take_a_picture_of_a_conversation(sit_down, stack, mila, ana, picture, device):
    tab = sit_down(ana, **device)
    opens(tab, MILA)
    composer(tab).fill("Hello Mila, Ana here. It is, I have put one aside for you.")
    tab.get_by_role("button", name="Send", exact=True).click()
    expect(bubbles(tab).last).to_contain_text("Delivered")
    stack.say(mila, text="Wonderful! Can you wrap it?")
    expect(bubbles(tab).last).to_contain_text("wrap it")
    composer(tab).press_sequentially("Of course, one mo")
    tab.wait_for_load_state("networkidle")
    until(tab, lambda: tab.evaluate("[...document.images].every((image) => image.complete)"))
    tab.screenshot(path=ROOT / "docs" / f"{picture}.png", animations="disabled")
