"""Cards and buttons: an agent writes them beside a preview, at a desk and on a phone; the thread shows the tap."""

import pytest
from playwright.sync_api import expect

from personas import pictures
from tests.browser.desk import PHONE, bubbles, composer, findings, opens, takes, unconfirmed, until

pytestmark = pytest.mark.django_db(transaction=True)

TEAPOT = {"name": "teapot.png", "mimeType": "image/png", "buffer": pictures.initials("Tea Pot").read()}


def opens_form(tab):
    tab.get_by_role("link", name="Cards and buttons").click()
    dialog = tab.get_by_role("dialog", name="Cards and buttons for Mona Weber")
    expect(dialog).to_be_visible()
    return dialog


def asks_for_a_tea(tab):
    """Write a question with a button into the form, and return its dialog."""
    dialog = opens_form(tab)
    words_of(dialog).fill("Green or black?")
    button(dialog, "Green", "Answers")
    return dialog


def words_of(dialog):
    return dialog.get_by_role("textbox", name="Text", exact=True)


def preview(dialog):
    return dialog.get_by_role("region", name="Preview")


def button(dialog, title, does, value="", number=1):
    """Fill in one button of the last card."""
    row = dialog.get_by_role("group", name=f"Button {number}").last
    row.get_by_label("Title").fill(title)
    row.get_by_label("What it does").select_option(label=does)
    if value:
        row.get_by_label("Web address or phone number").fill(value)


def sent(stack, psid):
    return [said["template"] for said in stack.said(psid) if said["template"]]


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_an_agent_sends_a_text_with_buttons_and_sees_which_one_was_tapped(device, sit_down, mona_writes, stack, ana):
    tab = sit_down(ana, **device)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    dialog = opens_form(tab)
    words_of(dialog).fill("Green or black?")
    expect(preview(dialog)).to_contain_text("Add a button.")
    button(dialog, "Green", "Answers")
    button(dialog, "Our shop", "Opens a page", "https://shop.example/tea", number=2)
    expect(preview(dialog).get_by_role("link", name="Our shop")).to_be_visible()
    expect(preview(dialog)).not_to_contain_text("Add a button.")
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_be_hidden()
    until(tab, lambda: len(sent(stack, mona_writes)) == 1)
    [template] = sent(stack, mona_writes)
    assert (template["text"], [one["title"] for one in template["buttons"]]) == (
        "Green or black?",
        ["Green", "Our shop"],
    )
    calls = [
        call["body"] for call in stack.requests("POST", "/messages") if "attachment" in call["body"].get("message", {})
    ]
    assert [call["persona_id"] for call in calls] == [stack.personas()[0]["id"]]
    shown = bubbles(tab).filter(has_text="Green or black?").get_by_role("list", name="Buttons for the customer")
    stack.say(mona_writes, postback={"title": "Green", "payload": "Green"})
    expect(shown.get_by_role("listitem").filter(has_text="tapped by the customer")).to_contain_text("Green")


def test_an_address_without_https_gets_it_where_it_was_written(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    dialog = opens_form(tab)
    words_of(dialog).fill("Green or black?")
    button(dialog, "Our shop", "Opens a page", "shop.example/tea")
    words_of(dialog).focus()
    expect(dialog.get_by_label("Web address or phone number").first).to_have_value("https://shop.example/tea")
    dialog.get_by_role("button", name="Send", exact=True).click()
    until(tab, lambda: sent(stack, mona_writes))
    assert sent(stack, mona_writes)[0]["buttons"][0]["url"] == "https://shop.example/tea"


def test_an_agent_sends_cards_after_mending_what_facebook_would_refuse(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    dialog = opens_form(tab)
    dialog.get_by_role("radio", name="Cards").check()
    dialog.get_by_label("Title", exact=True).first.fill("Glass teapot")
    dialog.get_by_label("Subtitle").fill("x" * 81)
    dialog.get_by_role("button", name="Add a card").click()
    tab.keyboard.type("Iron teapot")
    button(dialog, "Buy", "Answers")
    expect(preview(dialog)).to_contain_text("Card 1: The subtitle has at most 80 characters; this has 81.")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Card 1: The subtitle has at most 80 characters")
    assert findings(tab) == []
    dialog.get_by_label("Subtitle").first.fill("For three cups")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_be_hidden()
    until(tab, lambda: sent(stack, mona_writes) and [card["title"] for card in sent(stack, mona_writes)[0]["elements"]])
    cards = bubbles(tab).get_by_role("list", name="Cards")
    expect(cards).to_contain_text("For three cups")
    assert [card["title"] for card in sent(stack, mona_writes)[0]["elements"]] == ["Glass teapot", "Iron teapot"]


def test_a_picture_with_buttons_is_undone_edited_and_sent(sit_down, mona_writes, stack, ana):
    ana.undo_seconds = 30
    ana.save()
    tab = sit_down(ana)
    takes(tab)
    dialog = opens_form(tab)
    dialog.get_by_role("radio", name="Picture or video").check()
    button(dialog, "Shop", "Opens a page", "https://shop.example")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose one picture or video.")
    dialog.get_by_label("Picture or video").last.set_input_files(TEAPOT)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_be_hidden()
    unconfirmed(tab).get_by_role("button", name="Undo").click()
    expect(dialog.get_by_label("Title").locator("visible=true").first).to_have_value("Shop")
    button(dialog, "Our shop", "Opens a page", "https://shop.example")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_be_hidden()
    tab.get_by_role("button", name="Close", exact=True).click()
    until(tab, lambda: sent(stack, mona_writes))
    [element] = sent(stack, mona_writes)[0]["elements"]
    assert (element["media_type"], element["buttons"][0]["title"]) == ("image", "Our shop")
    expect(bubbles(tab).locator("img.cards-picture")).to_be_visible()


def test_cards_that_are_undone_while_the_network_is_away_stay_until_they_can_be_edited(
    sit_down, mona_writes, stack, ana
):
    ana.undo_seconds = 30
    ana.save()
    tab = sit_down(ana)
    takes(tab)
    dialog = asks_for_a_tea(tab)
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(unconfirmed(tab)).to_contain_text("Green or black?")
    tab.context.set_offline(True)
    unconfirmed(tab).get_by_role("button", name="Undo").click()
    expect(unconfirmed(tab)).to_contain_text("This was not sent: edit it, or send it again.")
    tab.context.set_offline(False)
    unconfirmed(tab).get_by_role("button", name="Edit").click()
    expect(words_of(dialog)).to_have_value("Green or black?")
    expect(unconfirmed(tab)).to_have_count(0)
    assert sent(stack, mona_writes) == []


def test_cards_stay_in_their_form_when_the_browser_has_no_room_for_them(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    dialog = asks_for_a_tea(tab)
    tab.evaluate("() => { IDBObjectStore.prototype.add = () => { throw new DOMException('', 'QuotaExceededError') } }")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("This browser has no room to keep your reply")
    expect(words_of(dialog)).to_have_value("Green or black?")


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_cards_are_saved_under_a_name_found_again_and_deleted(device, sit_down, mona_writes, stack, ana):
    tab = sit_down(ana, **device)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    dialog = asks_for_a_tea(tab)
    dialog.get_by_text("Save for the next time").click()
    dialog.get_by_label("Name").fill("Two teas")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_text("Saved as “Two teas”.")).to_be_visible()
    assert findings(tab) == []
    dialog.get_by_role("link", name="Cancel").click()
    dialog = opens_form(tab)
    dialog.get_by_text("Saved cards and buttons").click()
    expect(dialog.get_by_role("link", name="Two teas")).to_be_visible()
    dialog.get_by_role("searchbox").fill("coffee")
    expect(dialog.get_by_role("link", name="Two teas")).to_be_hidden()
    dialog.get_by_role("searchbox").fill("tea")
    dialog.get_by_role("link", name="Two teas").click()
    expect(words_of(dialog)).to_have_value("Green or black?")
    expect(preview(dialog)).to_contain_text("Green or black?")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("“Two teas” is deleted.")).to_be_visible()
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_be_hidden()
    until(tab, lambda: sent(stack, mona_writes))


def test_a_slip_does_not_throw_away_cards_that_are_being_written(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    dialog = opens_form(tab)
    expect(words_of(dialog)).to_be_focused()
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    dialog = opens_form(tab)
    tab.keyboard.type("Green or black?")
    tab.once("dialog", lambda question: question.dismiss())
    tab.mouse.click(5, 5)  # beside it
    expect(words_of(dialog)).to_have_value("Green or black?")
    tab.once("dialog", lambda question: question.accept())
    tab.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_cards_written_offline_go_out_later(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    dialog = asks_for_a_tea(tab)
    tab.route("**/send/", lambda route: route.abort())
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(unconfirmed(tab)).to_contain_text("Green or black?")
    expect(unconfirmed(tab)).to_contain_text("The console has not confirmed this yet.")
    tab.unroute("**/send/")
    until(tab, lambda: sent(stack, mona_writes))
    expect(composer(tab)).to_have_value("")


def test_a_picture_with_buttons_is_saved_and_used_again(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    dialog = opens_form(tab)
    dialog.get_by_role("radio", name="Picture or video").check()
    dialog.get_by_label("Picture or video").last.set_input_files(TEAPOT)
    button(dialog, "Shop", "Opens a page", "https://shop.example")
    dialog.get_by_text("Save for the next time").click()
    dialog.get_by_label("Name").fill("Teapot")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_text("Saved as “Teapot”.")).to_be_visible()
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    dialog = opens_form(tab)
    dialog.get_by_text("Saved cards and buttons").click()
    dialog.get_by_role("link", name="Teapot").click()
    until(tab, lambda: dialog.locator("[name=files]").evaluate("input => input.files[0]?.name") == "teapot.png")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_be_hidden()
    until(tab, lambda: sent(stack, mona_writes))
    assert sent(stack, mona_writes)[0]["elements"][0]["buttons"][0]["title"] == "Shop"


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_buttons_that_facebook_refused_are_edited_in_their_bubble_and_sent_again(
    device, sit_down, mona_writes, stack, ana
):
    stack.fail("messages", status=400, error={"message": "(#100)", "code": 100})
    tab = sit_down(ana, **device)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    dialog = asks_for_a_tea(tab)
    dialog.get_by_role("button", name="Send", exact=True).click()
    failed = bubbles(tab).filter(has_text="Not sent")
    expect(failed).to_be_visible()
    stack.be_well()
    failed.get_by_role("link", name="Edit").click()
    expect(words_of(dialog)).to_have_value("Green or black?")
    assert findings(tab) == []
    words_of(dialog).fill("Green or white?")
    dialog.get_by_role("button", name="Send again").click()
    expect(dialog).to_be_hidden()
    expect(failed).to_have_count(0)
    until(tab, lambda: sent(stack, mona_writes))
    assert [template["text"] for template in sent(stack, mona_writes)] == ["Green or white?"]
    expect(bubbles(tab).filter(has_text="Green or white?")).to_have_count(1)


def test_buttons_that_the_console_refused_are_edited_in_the_outbox(sit_down, mona_writes, stack, ana):
    ours = {"X-Agent": str(ana.pk)}
    tab = sit_down(ana)
    takes(tab)
    dialog = asks_for_a_tea(tab)
    tab.route("**/send/", lambda route: route.fulfill(status=422, body="No.", headers=ours), times=1)
    dialog.get_by_role("button", name="Send", exact=True).click()
    unconfirmed(tab).get_by_role("button", name="Edit").click()
    expect(words_of(dialog)).to_have_value("Green or black?")
    dialog.get_by_role("button", name="Send", exact=True).click()
    expect(dialog).to_be_hidden()
    until(tab, lambda: sent(stack, mona_writes))


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_buttons_go_out_later_as_they_were_edited_meanwhile(device, sit_down, mona_writes, stack, ana):
    tab = sit_down(ana, **device)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    dialog = asks_for_a_tea(tab)
    dialog.get_by_text("Send later").first.click()
    dialog.get_by_role("button", name="In 1 hour").click()
    expect(dialog.locator("#moment")).to_contain_text("Goes out on")
    assert findings(tab) == []
    dialog.get_by_role("button", name="Send later").click()
    expect(dialog).to_be_hidden()
    scheduled = tab.get_by_role("log", name="Messages").locator(".scheduled-reply")
    expect(scheduled).to_contain_text("Green or black?")
    assert findings(tab) == []
    scheduled.get_by_role("link", name="Edit").click()
    words_of(dialog).fill("Green or white?")
    expect(dialog.locator("#moment")).to_contain_text("Goes out on")
    dialog.get_by_role("button", name="Send later").click()
    expect(dialog).to_be_hidden()
    expect(scheduled).to_contain_text("Green or white?")
    scheduled.get_by_role("button", name="Send now").click()
    expect(scheduled).to_have_count(0)
    until(tab, lambda: sent(stack, mona_writes))
    assert [template["text"] for template in sent(stack, mona_writes)] == ["Green or white?"]
