"""Fingers: on a touch screen everything that is pressed is 44 px high and wide, except for links in a running text."""

import pytest
from playwright.sync_api import expect

from console.models import CannedReply, CustomField, Label
from tests.browser.desk import PHONE, bubbles, composer, opens

pytestmark = pytest.mark.django_db(transaction=True)

SMALL = """() => {
    const least = 43.5 // px, for rounding
    const pressed = "a, button, input:not([type=hidden]), select, summary, textarea, label:has(input), [role=tab]"
    const free = ".skip-link, .text a, .visually-hidden, .visually-hidden *, label input"
    return [...document.querySelectorAll(pressed)]
        .filter((one) => !one.matches(free) && one.checkVisibility({ visibilityProperty: true }))
        .map((one) => [one, one.getBoundingClientRect()])
        .filter(([, { width, height }]) => width && height && (width < least || height < least))
        .map(([one, { width, height }]) => `${one.outerHTML.split("\\n")[0].slice(0, 120)}: ${width} x ${height}`)
}"""


def small_targets(tab):
    return tab.evaluate(SMALL)


@pytest.fixture
def tab(sit_down, mona_writes, stack, ana):
    """Ana has a conversation open on a phone, with a message from each side."""
    tab = sit_down(ana, **PHONE)
    opens(tab)
    tab.get_by_role("button", name="Take", exact=True).click()
    composer(tab).fill("Let me look.")
    tab.get_by_role("button", name="Send", exact=True).click()
    expect(bubbles(tab)).to_have_count(2)
    return tab


def test_on_a_phone_the_queue_and_the_menu_have_no_small_targets(sit_down, mona_writes, ana):
    tab = sit_down(ana, **PHONE)
    assert small_targets(tab) == []
    tab.get_by_role("button", name=str(ana)).click()
    expect(tab.get_by_role("link", name="Canned replies")).to_be_visible()
    assert small_targets(tab) == []


def test_on_a_phone_a_conversation_has_no_small_targets(tab):
    assert small_targets(tab) == []
    composer(tab).fill("One more thing")
    expect(tab.get_by_role("button", name="Send", exact=True)).to_be_visible()
    assert small_targets(tab) == []
    tab.get_by_role("button", name="Quick replies").click()
    tab.keyboard.type("Yes")
    tab.keyboard.press("Enter")
    assert small_targets(tab) == []


def test_on_a_phone_a_message_leaves_room_for_its_actions(tab, stack, mona_writes):
    stack.say(mona_writes, text="A long question about the parcel that did not come. " * 4)
    expect(bubbles(tab)).to_have_count(3)
    width = tab.viewport_size["width"]
    for action in tab.locator(".message-actions > *").all():
        box = action.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("name", ["Transfer…", "Snooze…", "Label…", "Cards and buttons"])
def test_on_a_phone_a_form_has_no_small_targets(name, tab, ben):
    Label.objects.create(name="Shipping")
    if not tab.get_by_role("link", name=name).is_visible():
        tab.get_by_role("button", name="More", exact=True).click()
    tab.get_by_role("link", name=name).click()
    expect(tab.get_by_role("dialog").get_by_role("heading")).to_be_visible()
    assert small_targets(tab) == []


def test_on_a_phone_the_panel_about_the_customer_has_no_small_targets(tab):
    CustomField.objects.create(name="Order number")
    tab.get_by_role("link", name="About the customer").click()
    expect(tab.get_by_role("link", name="Transcript")).to_be_visible()
    assert small_targets(tab) == []


def test_on_a_phone_the_page_of_canned_replies_has_no_small_targets(tab, ana):
    CannedReply.objects.create(shortcut="hi", text="Hello!", author=ana)
    tab.goto("/canned-replies/")
    expect(tab.get_by_role("link", name="/hi")).to_be_visible()
    assert small_targets(tab) == []
