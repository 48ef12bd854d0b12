"""Each agent reads the desk in a language of their own, live updates included."""

import uuid

import pytest
from playwright.sync_api import expect

from console.models import Conversation
from tests.browser.desk import PHONE, findings, until

pytestmark = pytest.mark.django_db(transaction=True)


def queue(tab):
    return tab.locator("#queue")


def row(tab):
    return queue(tab).get_by_role("link", name="Mona Weber")


def test_an_agent_chooses_german_and_gets_live_rows_in_german_while_a_colleague_reads_english(
    sit_down, mona_writes, ana, ben
):
    anas, bens = sit_down(ana), sit_down(ben)
    anas.locator(".menu-button").click()
    anas.get_by_label("Language").select_option("Deutsch")
    anas.get_by_role("button", name="Save").click()
    expect(anas.get_by_text("Ihnen sind keine Konversationen zugewiesen.")).to_be_visible()
    expect(anas.locator("html")).to_have_attribute("lang", "de")
    expect(row(anas)).to_be_visible()

    conversation = Conversation.objects.get()
    conversation.take(ben)
    expect(bens.get_by_role("heading", name="Mine")).to_be_visible()
    expect(row(bens)).to_be_visible()
    conversation.transfer(ben, to=ana)
    expect(row(anas)).to_contain_text("Weitergegeben von Ben Okafor")
    expect(row(bens)).to_contain_text("Transferred by Ben Okafor")

    row(anas).click()
    expect(anas.get_by_role("log", name="Nachrichten")).to_contain_text("hat dies weitergegeben an: Ana Ruiz")
    conversation.transfer(ana, to=ben)
    expect(anas.get_by_role("log", name="Nachrichten")).to_contain_text("hat dies weitergegeben an: Ben Okafor")


def test_a_desk_without_a_choice_gets_live_rows_in_the_language_of_the_browser(sit_down, mona_writes, ana, ben):
    anas = sit_down(ana, locale="de-DE")
    expect(anas.get_by_text("Ihnen sind keine Konversationen zugewiesen.")).to_be_visible()
    expect(row(anas)).to_be_visible()
    Conversation.objects.get().take(ben)
    Conversation.objects.get().transfer(ben, to=ana)
    expect(row(anas)).to_contain_text("Weitergegeben von Ben Okafor")


def test_times_are_written_in_the_language_of_the_desk(sit_down, mona_writes, ana):
    Conversation.objects.get().take(ana)
    ana.choose(language="de")
    tab = sit_down(ana, locale="en-US")
    row(tab).click()
    expect(tab.locator(".thread-day").first).to_contain_text("Heute")
    assert "Uhr" not in tab.locator(".message local-time").first.inner_text()
    assert "M" not in tab.locator(".message local-time").first.inner_text()  # as in 2:05 PM


@pytest.mark.parametrize("tag", ["en-US@posix", "en-GB-u-co-phonebk-nu-arab"])
def test_a_desk_works_whatever_tag_the_browser_has(sit_down, mona_writes, ana, tag):
    Conversation.objects.get().take(ana)
    tab = sit_down(ana)
    tab.add_init_script(f"Object.defineProperty(navigator, 'languages', {{ get: () => ['{tag}'] }})")
    tab.reload()
    row(tab).click()
    expect(tab.locator(".thread-day").first).to_contain_text("Today")
    expect(tab.locator(".message local-time").first).to_contain_text(":")


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["desk", "phone"])
def test_a_german_desk_has_room_for_its_words_and_no_violations(sit_down, mona_writes, ana, screen):
    ana.choose(language="de")
    Conversation.objects.get().take(ana)
    tab = sit_down(ana, **screen)
    row(tab).click()
    expect(tab.get_by_role("textbox", name="Nachricht an")).to_be_visible()
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(tab) == []


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2


def test_an_arabic_desk_is_mirrored(sit_down, mona_writes, ana):
    ana.choose(language="ar")
    conversation = Conversation.objects.get()
    conversation.take(ana)
    conversation.send(author=ana, text="Good morning", idempotency_key=uuid.uuid4())
    tab = sit_down(ana)
    expect(tab.locator("html")).to_have_attribute("dir", "rtl")
    row(tab).click()
    thread = tab.get_by_role("log", name="الرسائل")
    of_mona, of_ana = thread.get_by_text("Hello, is anybody there?"), thread.get_by_text("Good morning")
    expect(of_ana).to_be_visible()
    assert middle(queue(tab)) > middle(thread)
    assert middle(of_mona) > middle(of_ana)
    assert middle(row(tab).locator(".row-avatar")) > middle(row(tab).locator(".row-name"))
    assert middle(tab.locator(".topbar-brand")) > middle(tab.locator(".menu-button"))
    assert of_ana.evaluate("text => getComputedStyle(text).unicodeBidi") == "plaintext"
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings(tab) == []


def test_the_arrow_keys_go_the_way_of_the_text(sit_down, mona_writes, stack, ana):
    ana.choose(language="ar")
    Conversation.objects.get().take(ana)
    tab = sit_down(ana)
    row(tab).click()
    tab.locator("message-list .message").first.hover()
    tab.get_by_role("button", name="تفاعل").first.click()
    choice = tab.locator(".reaction-choice button")
    expect(choice.first).to_be_focused()
    tab.keyboard.press("ArrowLeft")
    expect(choice.nth(1)).to_be_focused()
    assert middle(choice.nth(1)) < middle(choice.first)


def test_every_verb_for_many_conversations_fits_on_a_german_phone(sit_down, mona_writes, ana):
    ana.choose(language="de")
    tab = sit_down(ana, **PHONE)
    expect(row(tab)).to_be_visible()
    until(tab, lambda: tab.evaluate("Boolean(customElements.get('keyboard-shortcuts'))"))
    row(tab).focus()
    tab.keyboard.press("x")
    verbs = tab.locator(".bulk-bar-verbs button")
    expect(verbs.last).to_be_visible()
    boxes = [verb.bounding_box() for verb in [*verbs.all(), tab.locator(".bulk-bar-clear")]]
    assert [box for box in boxes if box["x"] < 0 or box["x"] + box["width"] > 390] == []
