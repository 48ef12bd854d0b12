"""The command palette: everything that the desk can do, found by a few letters and done by keyboard."""

import os

import pytest
from playwright.sync_api import expect

from console.models import CannedReply, Conversation, SavedView
from tests.browser.desk import PHONE, composer, findings, opens, takes, until
from tests.stand_in import eventually

PICTURES = os.environ.get("PICTURES")
pytestmark = pytest.mark.django_db(transaction=True)


def palette(tab):
    return tab.get_by_role("dialog", name="Commands")


def options(tab):
    return palette(tab).get_by_role("option")


def chosen(tab):
    return palette(tab).get_by_role("option", selected=True)


def finds(tab, query, *words):
    """Open the palette, type, and wait until the first option contains these words."""
    tab.keyboard.press("Control+k")
    expect(palette(tab).get_by_role("combobox")).to_be_focused()
    tab.keyboard.type(query)
    for some in words:
        expect(chosen(tab)).to_contain_text(some)


def does(tab, query, *words):
    finds(tab, query, *words)
    tab.keyboard.press("Enter")
    expect(palette(tab)).to_have_count(0)


def test_a_verb_of_the_open_conversation_is_found_with_its_key_and_done(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)
    does(tab, "take", "Take", "Conversation", "t")
    expect(composer(tab)).to_be_focused()
    does(tab, "snz", "Snooze…")
    expect(tab.get_by_role("dialog").get_by_role("heading", name="Snooze Mona Weber")).to_be_visible()
    tab.keyboard.press("Escape")
    does(tab, "close", "Close", "e")
    expect(tab.get_by_role("button", name="Reopen")).to_be_visible()
    eventually(lambda: not Conversation.objects.get().is_open)


def test_escape_closes_the_palette_and_the_focus_returns_to_the_field(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    tab.keyboard.type("Half a sent")
    finds(tab, "transfer", "Transfer…")
    tab.keyboard.press("Escape")
    expect(palette(tab)).to_have_count(0)
    expect(composer(tab)).to_be_focused()
    tab.keyboard.type("ence")
    expect(composer(tab)).to_have_value("Half a sentence")


def test_a_colleague_is_found_by_name_and_chosen_in_the_form_of_transfer(sit_down, mona_writes, ana, ben):
    tab = sit_down(ana)
    takes(tab)
    does(tab, "okafor", "Transfer to Ben Okafor")
    dialog = tab.get_by_role("dialog", name="Transfer Mona Weber")
    expect(dialog.get_by_role("radio", name="Ben Okafor")).to_be_checked()
    expect(dialog.get_by_role("button", name="Transfer")).to_be_focused()
    tab.keyboard.press("Enter")
    eventually(lambda: Conversation.objects.get().agent == ben)


def test_a_colleague_whose_form_did_not_come_is_not_chosen_later(sit_down, mona_writes, ana, ben):
    tab = sit_down(ana)
    takes(tab)
    finds(tab, "okafor", "Transfer to Ben Okafor")
    tab.route("**/transfer/**", lambda route: route.abort())
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("The console did not answer. Try again.")).to_be_visible()
    tab.unroute("**/transfer/**")
    tab.get_by_role("link", name="Transfer…").click()
    dialog = tab.get_by_role("dialog", name="Transfer Mona Weber")
    expect(dialog.get_by_role("radio", name="Ben Okafor")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Ben Okafor")).not_to_be_checked()


def test_keys_pressed_twice_on_a_slow_network_open_one_palette(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    held = []
    tab.route("**/commands/", lambda route: held.append(route))
    tab.keyboard.press("Control+k")
    until(tab, lambda: held)
    tab.keyboard.press("Control+k")
    tab.wait_for_timeout(500)
    for route in held:
        route.continue_()
    expect(palette(tab)).to_be_visible()
    assert len(held) == 1


def test_a_saved_view_is_found_by_its_name(sit_down, mona_writes, ana):
    view = SavedView.objects.create(name="Ads unread", author=ana)
    tab = sit_down(ana)
    does(tab, "ads", "Ads unread", "Queue")
    until(tab, lambda: tab.evaluate("document.activeElement.closest('details')?.id") == f"section-view-{view.pk}")


def test_a_customer_is_found_by_the_search_and_opened(sit_down, stack, mona_writes, ana):
    stack.say(stack.customer("Paul Adler"), text="Where is my order?")
    eventually(lambda: Conversation.objects.filter(customer__name="Paul Adler").exists())
    tab = sit_down(ana)
    does(tab, "adler", "Paul Adler", "Customer")
    expect(tab.get_by_role("heading", level=1, name="Paul Adler")).to_be_visible()
    expect(tab.get_by_role("main")).to_be_focused()


def test_a_canned_reply_is_inserted_at_the_end(sit_down, mona_writes, ana):
    CannedReply.objects.create(shortcut="refund", text="The refund is on its way.", author=ana)
    tab = sit_down(ana)
    takes(tab)
    tab.keyboard.type("Hello. ")
    does(tab, "refund", "/refund", "Canned reply")
    expect(composer(tab)).to_have_value("Hello. The refund is on its way.")
    expect(composer(tab)).to_be_focused()


def test_the_palette_finds_sections_and_the_menu_without_a_conversation(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    does(tab, "waiting", "Waiting", "Queue")
    until(tab, lambda: "Mona Weber" in tab.evaluate("document.activeElement.innerText"))
    does(tab, "sounds", "Sounds and notifications", "Menu")
    expect(tab.get_by_label("Sounds and notifications")).to_be_focused()
    tab.keyboard.press("Escape")
    does(tab, "keyboard", "Keyboard shortcuts")
    expect(tab.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    tab.keyboard.press("Control+k")  # nothing opens over a dialog
    expect(palette(tab)).to_have_count(0)


def test_arrow_keys_walk_through_the_palette_which_says_when_it_finds_nothing(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)
    finds(tab, "", "")
    first = chosen(tab).inner_text()
    tab.keyboard.press("ArrowDown")
    assert chosen(tab).inner_text() != first
    tab.keyboard.press("ArrowUp")
    expect(chosen(tab)).to_have_text(first, use_inner_text=True)
    tab.keyboard.type("qqqzzz")
    expect(palette(tab)).to_contain_text("Nothing found.")
    tab.keyboard.press("Enter")
    expect(palette(tab)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{"viewport": {"width": 1440, "height": 900}}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_in_the_palette(sit_down, mona_writes, ana, ben, device, scheme):
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens(tab)
    tab.keyboard.press("Control+k")
    expect(options(tab).first).to_be_visible()
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= device["viewport"]["width"]
    if PICTURES:
        tab.screenshot(path=f"{PICTURES}/palette-{device['viewport']['width']}-{scheme}.png")
