"""Mentions in real browsers: Ana names Ben in a note, and it arrives in his queue."""

import json

import pytest
from playwright.sync_api import expect

from console.models import Mention, Message
from tests.browser.desk import PHONE, findings, opens, part, says, takes
from tests.conftest import restrict
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def note_field(tab):
    return tab.get_by_role("textbox", name="Note on")


def options(tab):
    return tab.get_by_role("listbox", name="Colleagues").get_by_role("option")


def mentions_ben(tab):
    """Type a note with the keys alone."""
    tab.keyboard.press("Alt+Shift+N")
    tab.keyboard.type("Please help @B")
    expect(options(tab)).to_have_count(1)
    tab.keyboard.press("Enter")
    expect(note_field(tab)).to_have_value("Please help @Ben Okafor ")
    tab.keyboard.type("with the voucher")
    tab.keyboard.press("Enter")
    expect(tab.locator(".note")).to_contain_text("@Ben Okafor with the voucher")


def test_a_note_with_at_ben_arrives_in_his_mentions_and_nowhere_at_facebook(
    sit_down, mona_writes, stack, ana, ben, ada
):
    anas, bens, adas = sit_down(ana), sit_down(ben), sit_down(ada)
    expect(part(bens, "Mentions")).to_be_hidden()
    takes(anas)
    mentions_ben(anas)
    mentions = part(bens, "Mentions")
    expect(mentions.get_by_role("link", name="Mona Weber")).to_be_visible()
    expect(bens).to_have_title("(1) Handover")
    expect(mentions.get_by_role("heading")).to_have_text("Mentions 1")
    expect(part(bens, "Others").get_by_role("link", name="Mona Weber")).to_be_visible()
    for tab in (anas, adas):
        expect(part(tab, "Mentions")).to_be_hidden()
    anas.goto("/")  # with the conversation open, she would read it at once
    stack.say(mona_writes, text="Still there?")
    for words in ["Ana Ruiz: Please help @Ben Okafor with the voucher", "1 unread"]:
        expect(mentions.get_by_role("link", name="Mona Weber")).to_contain_text(words)
    mentions.get_by_role("link", name="Mona Weber").click()
    expect(bens.locator(".note mark")).to_have_text("@Ben Okafor")
    expect(mentions).to_be_hidden()
    expect(bens.locator("#count-mentions")).to_have_text("0")
    expect(part(bens, "Others").get_by_role("link", name="Mona Weber")).to_be_visible()
    opens(anas)
    anas.get_by_role("tab", name="Reply").click()
    says(anas, "I am here")
    eventually(lambda: stack.texts(mona_writes) == ["I am here"])
    eventually(lambda: not Message.objects.pending().exists())
    assert "voucher" not in json.dumps(stack.requests()) + json.dumps(stack.said(mona_writes))


def test_a_mention_in_the_conversation_that_is_open_is_seen_at_once(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    opens(bens)
    takes(anas)
    mentions_ben(anas)
    expect(bens.locator(".note mark")).to_have_text("@Ben Okafor")
    eventually(lambda: not Mention.objects.unseen().exists())
    expect(part(bens, "Mentions")).to_be_hidden()


def test_a_mention_leaves_the_queue_when_its_note_is_deleted(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    mentions_ben(anas)
    expect(part(bens, "Mentions").get_by_role("link", name="Mona Weber")).to_be_visible()
    anas.locator(".note").get_by_role("link", name="Delete").click()
    anas.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(part(bens, "Mentions")).to_be_hidden()


def test_the_list_of_colleagues_is_used_by_keyboard(sit_down, mona_writes, ana, ben, ada):
    tab = sit_down(ana)
    takes(tab)
    tab.keyboard.press("Alt+Shift+N")
    tab.keyboard.type("Hi @")
    expect(options(tab)).to_contain_text(["Ada Lindt", "Ben Okafor"])
    chosen = tab.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Ada Lindt")
    tab.keyboard.press("ArrowDown")
    expect(chosen).to_contain_text("Ben Okafor")
    assert note_field(tab).get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    tab.keyboard.press("ArrowUp")
    tab.keyboard.press("ArrowUp")
    expect(chosen).to_contain_text("Ben Okafor")
    tab.keyboard.press("Escape")
    expect(options(tab)).to_have_count(0)
    expect(note_field(tab)).to_have_value("Hi @")
    tab.keyboard.type("oka")
    expect(options(tab)).to_have_count(1)
    options(tab).click()
    expect(note_field(tab)).to_have_value("Hi @Ben Okafor ")
    expect(note_field(tab)).to_be_focused()


def test_only_colleagues_who_may_see_the_conversation_are_offered(sit_down, mona_writes, bluebird, ana, ben, ada):
    ana.groups.add(restrict(bluebird))
    tab = sit_down(ana)
    takes(tab)
    tab.keyboard.press("Alt+Shift+N")
    tab.keyboard.type("@")
    expect(options(tab)).to_have_count(1)
    expect(options(tab)).to_contain_text("Ada Lindt")


def test_an_edited_note_mentions_a_colleague(sit_down, mona_writes, ana, ben):
    anas, bens = sit_down(ana), sit_down(ben)
    takes(anas)
    anas.keyboard.press("Alt+Shift+N")
    anas.keyboard.type("Please help")
    anas.keyboard.press("Enter")
    anas.locator(".note").get_by_role("link", name="Edit").click()
    dialog = anas.get_by_role("dialog")
    dialog.get_by_role("textbox").press("End")
    anas.keyboard.type(" @ben")
    expect(options(anas)).to_have_count(1)
    anas.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    anas.keyboard.type("!")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(part(bens, "Mentions").get_by_role("link", name="Mona Weber")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_no_problem_with_mentions(sit_down, mona_writes, ana, ben, scheme, device):
    tab = sit_down(ana, color_scheme=scheme, **device)
    opens(tab)
    tab.get_by_role("tab", name="Note").click()
    note_field(tab).press_sequentially("Please help @b")
    expect(options(tab)).to_have_count(1)
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    options(tab).click()
    tab.get_by_role("button", name="Add note").click()
    expect(tab.locator(".note mark")).to_have_text("@Ben Okafor")
    assert findings(tab) == []
    bens = sit_down(ben, color_scheme=scheme, **device)
    expect(part(bens, "Mentions")).to_be_visible()
    assert findings(bens) == []
