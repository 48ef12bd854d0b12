"""Keyboard shortcuts: an agent works without the mouse."""

import os

import pytest
from playwright.sync_api import expect

from console.models import Conversation
from tests.browser.desk import PHONE, composer, findings, opens, row, until
from tests.stand_in import eventually

PICTURES = os.environ.get("PICTURES")
pytestmark = pytest.mark.django_db(transaction=True)


def focused(tab):
    return tab.evaluate("document.activeElement.innerText")


def listens(tab):
    """Wait until the script of the keys runs, after the page was loaded again."""
    until(tab, lambda: tab.evaluate("customElements.get('keyboard-shortcuts') !== undefined"))


@pytest.fixture
def paul_writes(stack, mona_writes):
    psid = stack.customer("Paul Adler")
    stack.say(psid, text="Where is my order?")
    eventually(lambda: Conversation.objects.count() == 2)
    return psid


def test_an_agent_takes_answers_and_closes_two_conversations_without_the_mouse(sit_down, stack, paul_writes, ana):
    tab = sit_down(ana)
    expect(tab.locator("#queue .row")).to_have_count(2)
    tab.keyboard.press("j")
    until(tab, lambda: "Mona Weber" in focused(tab))
    tab.keyboard.press("j")
    until(tab, lambda: "Paul Adler" in focused(tab))
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="Paul Adler")).to_be_visible()
    tab.keyboard.press("t")
    expect(composer(tab)).to_be_focused()
    tab.keyboard.type("It left yesterday: e j t")
    tab.keyboard.press("Enter")
    until(tab, lambda: stack.texts(paul_writes) == ["It left yesterday: e j t"])
    tab.keyboard.press("Escape")
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("e")
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
    tab.keyboard.press("n")
    expect(tab.get_by_role("heading", name="Mona Weber")).to_be_visible()
    expect(tab.get_by_role("button", name="Close", exact=True)).to_be_visible()
    until(tab, lambda: Conversation.objects.get(customer__name="Mona Weber").agent == ana)


def test_keys_open_the_forms_of_transfer_and_label_and_the_reply(sit_down, mona_writes, ana, ben):
    tab = sit_down(ana)
    tab.keyboard.press("n")
    expect(composer(tab)).to_be_focused()
    tab.evaluate("document.activeElement.blur()")
    for key, title in (("m", "Transfer"), ("l", "Label")):
        tab.keyboard.press(key)
        expect(tab.get_by_role("dialog").get_by_role("heading", name=title)).to_be_visible()
        tab.keyboard.press("Escape")
        expect(tab.get_by_role("dialog")).to_have_count(0)
        tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("r")
    expect(composer(tab)).to_be_focused()
    expect(composer(tab)).to_have_value("")


def test_g_and_a_letter_go_to_a_section_of_the_queue(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    tab.keyboard.press("g")
    tab.keyboard.press("w")
    until(tab, lambda: "Mona Weber" in focused(tab))
    tab.keyboard.press("g")
    tab.keyboard.press("c")
    expect(tab.locator("#section-closed")).to_have_attribute("open", "")
    expect(tab.locator("#section-closed summary")).to_be_focused()


def test_a_key_presses_nothing_in_a_conversation_that_another_one_replaces(sit_down, paul_writes, ana):
    mona, paul = Conversation.objects.order_by("pk")
    tab = sit_down(ana)
    opens(tab, "Mona Weber")
    held = []
    tab.route(f"**/conversations/{paul.pk}/", lambda route: held.append(route))
    row(tab, "Paul Adler").focus()
    tab.keyboard.press("Enter")
    until(tab, lambda: held)
    tab.keyboard.press("t")
    held[0].continue_()
    expect(tab.get_by_role("heading", name="Paul Adler")).to_be_visible()
    tab.keyboard.press("t")
    until(tab, lambda: Conversation.objects.get(pk=paul.pk).agent == ana)
    assert Conversation.objects.get(pk=mona.pk).agent is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": {"width": 1440, "height": 900}}, PHONE], ids=["desktop", "phone"])
def test_a_question_mark_lists_the_shortcuts_and_escape_closes_the_list(sit_down, mona_writes, ana, device, scheme):
    tab = sit_down(ana, color_scheme=scheme, **device)
    tab.keyboard.press("?")
    dialog = tab.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Take the next customer who waits")
    assert findings(tab) == []
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/shortcuts-{device['viewport']['width']}-{scheme}.png")
    tab.keyboard.press("t")  # keys do nothing behind a dialog
    tab.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_an_agent_who_switched_the_keys_off_types_and_nothing_happens(sit_down, mona_writes, ana):
    ana.choose(has_shortcuts=False)
    tab = sit_down(ana)
    for key in ("n", "?", "/", "j"):
        tab.keyboard.press(key)
    tab.wait_for_timeout(500)
    expect(tab.get_by_role("dialog")).to_have_count(0)
    expect(tab.get_by_role("heading", name="waiting", exact=False).first).to_be_visible()
    assert Conversation.objects.get().holder == "queue"
    assert tab.evaluate("document.activeElement === document.body")


def test_an_agent_chooses_another_key_and_works_with_it_at_once(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)
    tab.keyboard.press("?")
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("link", name="Change the keys").click()
    dialog.get_by_label("Take, take over or reopen").fill("e")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_contain_text("“e” is the key of “Take, take over or reopen”: choose another one.")
    dialog.get_by_label("Take, take over or reopen").fill("q")
    assert findings(tab) == []
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/keys.png")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(tab.get_by_role("button", name="Take", exact=True)).to_have_attribute("aria-keyshortcuts", "q")
    listens(tab)
    tab.keyboard.press("t")
    tab.keyboard.press("q")
    expect(composer(tab)).to_be_focused()
    until(tab, lambda: Conversation.objects.get().agent == ana)
    assert Conversation.objects.get().handovers.filter(to_agent=ana).count() == 1


def test_enter_in_a_field_of_the_keys_saves_them(sit_down, mona_writes, ana):
    ana.choose(own_keys={"close": "y"})
    tab = sit_down(ana)
    opens(tab)
    tab.keyboard.press("?")
    dialog = tab.get_by_role("dialog")
    dialog.get_by_role("link", name="Change the keys").click()
    dialog.get_by_label("Take, take over or reopen").fill("q")
    dialog.get_by_label("Take, take over or reopen").press("Enter")
    expect(tab.get_by_role("button", name="Take", exact=True)).to_have_attribute("aria-keyshortcuts", "q")
    ana.refresh_from_db()
    assert ana.own_keys == {"close": "y", "take": "q"}
