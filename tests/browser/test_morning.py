"""An agent works a morning without touching the mouse."""

import pytest
from playwright.sync_api import expect

from console.models import CannedReply, Conversation, Label, Note
from tests.browser.desk import composer, row, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMERS = ["Ada", "Bea", "Cem", "Dag", "Eva", "Fay", "Gus", "Hal", "Ivo", "Jan", "Kim", "Lea"]


@pytest.fixture
def twelve_wait(stack, bluebird):
    """Twelve customers write one after another, and wait; returns {name: id at Facebook}."""
    psids = {}
    for number, name in enumerate(CUSTOMERS, start=1):
        psids[name] = stack.customer(f"{name} Guest")
        stack.say(psids[name], text=f"Where is my order {number}?")
        eventually(lambda: Conversation.objects.filter(customer__name=f"{name} Guest").exists())  # noqa: B023
    return psids


def of(name):
    return Conversation.objects.get(customer__name=f"{name} Guest")


def heading(tab, name):
    return tab.get_by_role("heading", level=1, name=f"{name} Guest")


def takes_next(tab, name):
    """Take the longest wait from wherever the focus is; the field has it then."""
    tab.keyboard.press("n")
    expect(heading(tab, name)).to_be_visible()
    expect(composer(tab)).to_be_focused()


def replies(tab, text):
    """Write and send a reply, and leave the field."""
    tab.keyboard.type(text)
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("log", name="Messages")).to_contain_text(text)
    leaves_field(tab)


def leaves_field(tab):
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("heading", level=1)).to_be_focused()


def dialog(tab, name):
    found = tab.get_by_role("dialog", name=name)
    expect(found).to_be_visible()
    return found


def test_an_agent_works_a_morning_without_touching_the_mouse(sit_down, stack, twelve_wait, ana, ben):
    CannedReply.objects.create(shortcut="sent", text="Your order left yesterday.", author=ana)
    Label.objects.create(name="Late order")
    tab = sit_down(ana)
    expect(tab.locator("#section-waiting .row")).to_have_count(12)

    # From a row to the field in two keys
    tab.keyboard.press("g")
    tab.keyboard.press("w")
    expect(row(tab, "Ada Guest")).to_be_focused()
    tab.keyboard.press("Enter")
    expect(heading(tab, "Ada")).to_be_visible()
    expect(tab.get_by_role("main")).to_be_focused()
    tab.keyboard.press("t")
    expect(composer(tab)).to_be_focused()

    # A canned reply
    tab.keyboard.type("/sent")
    expect(tab.get_by_role("option", name="/sent")).to_be_visible()
    tab.keyboard.press("Enter")
    expect(composer(tab)).to_have_value("Your order left yesterday.")
    replies(tab, " Have a nice day!")
    until(tab, lambda: stack.texts(twelve_wait["Ada"]) == ["Your order left yesterday. Have a nice day!"])

    # A note, and the conversation closes
    tab.keyboard.press("c")
    expect(tab.get_by_role("textbox", name="Note on Ada Guest")).to_be_focused()
    tab.keyboard.type("Asked twice this week")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("log", name="Messages")).to_contain_text("Asked twice this week")
    until(tab, lambda: Note.objects.filter(conversation=of("Ada")).exists())
    leaves_field(tab)
    tab.keyboard.press("e")
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
    expect(tab.get_by_role("button", name="Undo")).to_be_visible()
    tab.keyboard.press("u")
    expect(tab.get_by_role("button", name="Close", exact=True)).to_be_visible()
    until(tab, lambda: of("Ada").is_held_by(ana))
    expect(composer(tab)).to_be_focused()
    leaves_field(tab)
    tab.keyboard.press("e")
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
    until(tab, lambda: not of("Ada").is_open)

    # Transfer
    takes_next(tab, "Bea")
    leaves_field(tab)
    tab.keyboard.press("m")
    expect(dialog(tab, "Transfer Bea Guest").get_by_role("radio", name="Ben Okafor")).to_be_focused()
    tab.keyboard.press("Space")
    tab.keyboard.press("Enter")
    until(tab, lambda: of("Bea").agent == ben)
    expect(tab.get_by_role("dialog")).to_have_count(0)

    # Label
    takes_next(tab, "Cem")
    leaves_field(tab)
    tab.keyboard.press("l")
    expect(dialog(tab, "Label Cem Guest").get_by_role("searchbox")).to_be_focused()
    tab.keyboard.type("late")
    tab.keyboard.press("Enter")
    box = tab.get_by_role("checkbox", name="Late order")
    expect(box).to_be_checked()
    tab.keyboard.press("ArrowDown")
    expect(box).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    until(tab, lambda: of("Cem").labels.exists())

    # Snooze
    tab.keyboard.press("s")
    expect(dialog(tab, "Snooze Cem Guest").get_by_label("Until")).to_be_focused()
    tab.keyboard.type("tomorrow 9:00")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_have_count(0)
    until(tab, lambda: of("Cem").is_snoozed)

    # Eight more
    for name in CUSTOMERS[3:11]:
        takes_next(tab, name)
        replies(tab, f"Good morning, {name}")
    for name in CUSTOMERS[3:11]:
        until(tab, lambda: stack.texts(twelve_wait[name]) == [f"Good morning, {name}"])  # noqa: B023

    # Search for the last one, and close it
    tab.keyboard.press("/")
    tab.keyboard.type("lea")
    found = tab.get_by_role("region", name="Results").get_by_role("link", name="Lea Guest").first
    expect(found).to_be_visible()
    tab.keyboard.press("ArrowDown")
    expect(found).to_be_focused()
    tab.keyboard.press("Enter")
    expect(heading(tab, "Lea")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(tab.get_by_role("main")).to_be_focused()
    tab.keyboard.press("t")
    expect(composer(tab)).to_be_focused()
    replies(tab, "It is on its way")
    tab.keyboard.press("e")
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()

    # All that is done is closed at once
    expect(tab.locator("#section-mine .row")).to_have_count(8)
    tab.keyboard.press("g")
    tab.keyboard.press("m")
    tab.keyboard.press("x")
    bar = tab.get_by_role("region", name="Selected conversations")
    expect(bar).to_contain_text("1 selected")
    for _step in range(7):
        tab.keyboard.press("j")
    tab.keyboard.press("Shift+X")
    expect(bar).to_contain_text("8 selected")
    tab.keyboard.press("e")
    expect(tab.locator("#undo")).to_contain_text("Closed: 8")
    expect(tab.locator("#section-mine .row")).to_have_count(0)
    eventually(lambda: [*Conversation.objects.open().filter(agent=ana)] == [of("Cem")])
