"""Merged customers in real browsers: found, merged and split again in the panel."""

import uuid

import pytest
from playwright.sync_api import expect

from console.models import Conversation, Customer, Label, MergedCustomer, Note
from personas.models import Page
from tests.browser.desk import PHONE, findings, opens
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def monas(mona_writes, ana):
    """Mona's conversation; on another Page she is called Mona W."""
    pots = Page.objects.create(page_id="99", token="t", name="Bluebird Pots", state=Page.State.CONNECTED)
    customer = Customer.objects.create(page=pots, psid="77", name="Mona W.")
    other = Conversation.objects.create(page=pots, customer=customer, last_words="Bye", unread=0)
    Note.objects.add(other, ana, "Broke a pot in May", uuid.uuid4())
    customer.labels.add(Label.objects.create(name="Trade", colour="teal"))
    return eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())


def panel(tab):
    return tab.locator(".customer-panel-content")


def opens_panel(tab):
    opens(tab)
    tab.get_by_role("link", name="About the customer").click()
    expect(panel(tab).get_by_role("heading", level=2, name="Mona Weber")).to_be_visible()


def merges(tab):
    panel(tab).get_by_role("link", name="Merge with…").click()
    dialog = tab.get_by_role("dialog", name="Merge Mona Weber with…")
    expect(dialog).to_contain_text("No other customer has the same name.")
    expect(dialog.get_by_role("searchbox", name="Search customers by name")).to_be_focused()
    tab.keyboard.type("mona w.")
    dialog.get_by_role("button", name="Merge with Mona W.").click()
    expect(dialog).to_be_hidden()


def merged(tab):
    return panel(tab).get_by_role("region", name="The same customer")


def test_a_customer_is_merged_and_split_in_the_panel_and_a_colleague_sees_it_at_once(sit_down, monas, ana, ben):
    anas, bens = sit_down(ana, **WIDE), sit_down(ben, **WIDE)
    opens_panel(anas)
    opens_panel(bens)
    merges(anas)
    for tab in (anas, bens):
        expect(merged(tab)).to_contain_text("Bluebird Pots · merged by Ana Ruiz")
        expect(merged(tab)).to_contain_text("Trade")
        notes = panel(tab).get_by_role("region", name="Notes")
        expect(notes).to_contain_text("Broke a pot in May")
        expect(notes).to_contain_text("Bluebird Pots")
    merged(bens).get_by_role("button", name="Split").click()
    for tab in (anas, bens):
        expect(merged(tab)).to_have_count(0)
        expect(panel(tab)).not_to_contain_text("Broke a pot in May")
    eventually(lambda: not MergedCustomer.objects.exists())


def test_a_note_of_the_other_page_leads_to_its_place_there(sit_down, monas, ana):
    other = Conversation.objects.get(customer__name="Mona W.")
    MergedCustomer.objects.merge(monas, other, ana)
    tab = sit_down(ana, **WIDE)
    opens_panel(tab)
    panel(tab).get_by_role("region", name="Notes").get_by_role("link").click()
    expect(tab.get_by_role("heading", level=1, name="Mona W.")).to_be_visible()
    expect(tab.get_by_role("log", name="Messages")).to_contain_text("Broke a pot in May")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [WIDE, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_with_merged_customers(sit_down, monas, ana, scheme, device):
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens_panel(tab)
    panel(tab).get_by_role("link", name="Merge with…").click()
    dialog = tab.get_by_role("dialog", name="Merge Mona Weber with…")
    dialog.get_by_role("searchbox").fill("Mona")
    expect(dialog.get_by_role("button", name="Merge with Mona W.")).to_be_visible()
    assert findings(tab) == []
    dialog.get_by_role("button", name="Merge with Mona W.").click()
    expect(merged(tab)).to_be_visible()
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
