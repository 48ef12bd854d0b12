"""Labels of customers in real browsers: chosen in the panel, and there at once at every desk."""

import pytest
from playwright.sync_api import expect

from console.models import Conversation, Label
from tests.browser.desk import PHONE, findings, opens
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

WIDE = {"viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def labels(bluebird):
    Label.objects.create(name="VIP", colour="purple", description="Spends a lot")
    Label.objects.create(name="Trade", colour="teal", page=bluebird)


def panel(tab):
    return tab.locator(".customer-panel-content")


def chips(tab):
    return panel(tab).locator(".customer-facts-labels .label")


def opens_panel(tab):
    opens(tab)
    tab.get_by_role("link", name="About the customer").click()
    expect(panel(tab).get_by_role("heading", level=2, name="Mona Weber")).to_be_visible()


def test_a_customer_is_labelled_in_the_panel_and_a_colleague_sees_it_at_once(sit_down, mona_writes, labels, ana, ben):
    anas, bens = sit_down(ana, **WIDE), sit_down(ben, **WIDE)
    opens_panel(anas)
    opens_panel(bens)
    panel(anas).get_by_role("link", name="Label customer…").click()
    dialog = anas.get_by_role("dialog", name="Label the customer Mona Weber")
    expect(dialog.get_by_role("searchbox", name="Search labels")).to_be_focused()
    anas.keyboard.type("spends")
    anas.keyboard.press("Enter")
    expect(dialog.get_by_role("checkbox", name="VIP")).to_be_checked()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    for tab in (anas, bens):
        expect(chips(tab)).to_have_text(["VIP"])
        expect(tab.locator("#header .label")).to_have_count(0)
    panel(bens).get_by_role("link", name="Label customer…").click()
    bens.get_by_role("checkbox", name="Trade").check()
    bens.get_by_role("checkbox", name="VIP").uncheck()
    bens.get_by_role("button", name="Save").click()
    for tab in (anas, bens):
        expect(chips(tab)).to_have_text(["Trade"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [WIDE, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_with_the_labels_of_a_customer(sit_down, mona_writes, labels, ana, scheme, device):
    conversation = eventually(lambda: Conversation.objects.filter(customer__name="Mona Weber").first())
    conversation.customer.labels.set(Label.objects.all())
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens_panel(tab)
    expect(chips(tab)).to_have_count(2)
    assert findings(tab) == []
    panel(tab).get_by_role("link", name="Label customer…").click()
    expect(tab.get_by_role("dialog", name="Label the customer")).to_be_visible()
    assert findings(tab) == []
    tab.get_by_role("checkbox", name="VIP").uncheck()
    tab.get_by_role("button", name="Save").click()
    expect(chips(tab)).to_have_text(["Trade"])
