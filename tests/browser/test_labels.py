"""Labels in real browsers: Ana chooses them, and Ben sees them at once."""

import pytest
from playwright.sync_api import expect

from console.models import Conversation, Label
from tests.browser.desk import PHONE, findings, opens, row
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def labels(bluebird):
    Label.objects.create(name="VIP", colour="purple", description="Spends a lot")
    Label.objects.create(name="Refund", colour="red", page=bluebird)
    Label.objects.create(name="Broken lid", colour="orange", page=bluebird)


def chips(tab):
    return tab.locator("#header .label")


def test_labels_are_chosen_by_keyboard_and_appear_at_both_desks(sit_down, mona_writes, labels, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    opens(bens)
    anas.get_by_role("link", name="Label…").focus()
    anas.keyboard.press("Enter")
    dialog = anas.get_by_role("dialog", name="Label Mona Weber")
    expect(dialog.get_by_role("searchbox", name="Search labels")).to_be_focused()
    anas.keyboard.type("spends")
    expect(dialog.get_by_role("checkbox")).to_have_count(1)
    anas.keyboard.press("Enter")
    expect(dialog.get_by_role("checkbox", name="VIP")).to_be_checked()
    expect(dialog.get_by_role("checkbox")).to_have_count(3)
    anas.keyboard.press("ArrowDown")
    expect(dialog.get_by_role("checkbox", name="Broken lid")).to_be_focused()
    anas.keyboard.press("Space")
    anas.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(anas.get_by_role("link", name="Label…")).to_be_focused()
    for tab in (anas, bens):
        expect(chips(tab)).to_have_text(["Broken lid", "VIP"])
        expect(row(tab).locator(".label")).to_have_text(["Broken lid", "VIP"])


def test_many_labels_leave_room_for_the_thread(sit_down, mona_writes, ana):
    Label.objects.bulk_create(Label(name=f"Label {number}") for number in range(200))
    eventually(lambda: Conversation.objects.exists())
    Label.objects.change(Conversation.objects.get(), added=Label.objects.all(), removed=[])
    tab = sit_down(ana, viewport={"width": 1440, "height": 900})
    opens(tab)
    expect(chips(tab)).to_have_count(200)
    assert tab.get_by_role("log", name="Messages").bounding_box()["height"] > 400  # px


def test_a_search_that_finds_no_label_says_so(sit_down, mona_writes, labels, ana):
    tab = sit_down(ana)
    opens(tab)
    tab.get_by_role("link", name="Label…").click()
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill("nothing")
    expect(dialog.get_by_role("status")).to_have_text("No label matches.")
    tab.keyboard.press("Escape")
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_label_is_taken_off_and_a_renamed_one_shows_everywhere(sit_down, mona_writes, labels, ana, ben):
    conversation = eventually(lambda: Conversation.objects.first())
    conversation.labels.set(Label.objects.all())
    anas, bens = sit_down(ana), sit_down(ben)
    opens(anas)
    opens(bens)
    anas.get_by_role("link", name="Label…").click()
    anas.get_by_role("checkbox", name="VIP").uncheck()
    anas.get_by_role("button", name="Save").click()
    for tab in (anas, bens):
        expect(chips(tab)).to_have_text(["Broken lid", "Refund"])
    Label.objects.filter(name="Refund").update(name="Money back")
    Label.objects.publish()
    expect(chips(bens)).to_have_text(["Broken lid", "Money back"])
    expect(row(bens)).to_contain_text("Money back")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_with_labels_of_every_colour(sit_down, mona_writes, ana, scheme, device):
    conversation = eventually(lambda: Conversation.objects.first())
    for colour in Label._meta.get_field("colour").choices:
        conversation.labels.add(Label.objects.create(name=f"Label {colour[1]}", colour=colour[0]))
    tab = sit_down(ana, color_scheme=scheme, **device)
    assert findings(tab) == []
    opens(tab)
    expect(chips(tab)).to_have_count(8)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.get_by_role("link", name="Label…").click()
    expect(tab.get_by_role("dialog")).to_be_visible()
    assert findings(tab) == []
