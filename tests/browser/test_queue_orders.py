"""The order of the queue: an agent chooses it in the menu, and live rows come into their places by it."""

import os

import pytest
from playwright.sync_api import expect

from console.models import Conversation
from tests.browser.desk import PHONE, findings, part
from tests.stand_in import eventually

PICTURES = os.environ.get("PICTURES")
pytestmark = pytest.mark.django_db(transaction=True)


def names(tab):
    return part(tab, "Waiting").locator(".row-name")


def choose(tab, agent, order):
    tab.get_by_role("button", name=str(agent)).click()
    tab.get_by_label("Order of the queue").select_option(label=order)
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/order-{tab.viewport_size['width']}.png")
    tab.get_by_role("button", name="Save").click()


@pytest.mark.parametrize("device", [{"viewport": {"width": 1440, "height": 900}}, PHONE], ids=["desktop", "phone"])
def test_a_customer_who_writes_again_comes_first_where_the_newest_do(sit_down, stack, bluebird, ana, ben, device):
    writers = [(name, stack.customer(name)) for name in ("Mona Weber", "Omar Haddad", "Lena Vogt")]
    for name, psid in writers:
        stack.say(psid, text="Hello")
        eventually(Conversation.objects.filter(customer__name=name).exists)
    anas, bens, other = sit_down(ana, **device), sit_down(ben), sit_down(ana)
    expect(names(anas)).to_have_text(["Mona Weber", "Omar Haddad", "Lena Vogt"])
    choose(anas, ana, "newest first")
    for tab in (anas, other):
        expect(names(tab)).to_have_text(["Lena Vogt", "Omar Haddad", "Mona Weber"])
    stack.say(writers[0][1], text="Are you there?")
    for tab in (anas, other):
        expect(names(tab)).to_have_text(["Mona Weber", "Lena Vogt", "Omar Haddad"])
    expect(names(bens)).to_have_text(["Mona Weber", "Omar Haddad", "Lena Vogt"])
    assert findings(anas) == []
