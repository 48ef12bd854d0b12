"""Quick replies: an agent adds them to a reply, at a desk and on a phone; the thread shows which one was tapped."""

import pytest
from playwright.sync_api import expect

from console.models import CannedReply, Draft
from tests.browser.desk import PHONE, bubbles, composer, findings, opens, says, takes, unconfirmed, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def bar(tab):
    return tab.get_by_role("group", name="Quick replies under this reply")


def adds(tab, *titles):
    tab.get_by_role("button", name="Quick replies", exact=True).click()
    field = bar(tab).get_by_role("textbox", name="New quick reply")
    for title in titles:
        expect(field).to_be_focused()
        field.press_sequentially(title)
        field.press("Enter")
    return field


def chips(tab):
    return bar(tab).get_by_role("listitem")


def offered(stack, psid):
    """Return each text to the customer, with the titles under it."""
    return [(said["text"], [one["title"] for one in said["quick_replies"]]) for said in stack.said(psid)]


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_a_customer_taps_a_quick_reply_and_the_agent_sees_which(device, sit_down, mona_writes, stack, ana):
    tab = sit_down(ana, **device)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    adds(tab, "Yes", "No").press("Enter")
    expect(composer(tab)).to_be_focused()
    expect(chips(tab)).to_have_text(["Yes", "No"])
    assert findings(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    composer(tab).fill("Is it green?")
    tab.get_by_role("button", name="Send", exact=True).click()
    expect(bar(tab)).to_be_hidden()
    asked = bubbles(tab).filter(has_text="Is it green?")
    shown = asked.get_by_role("list", name="Quick replies for the customer").get_by_role("listitem")
    expect(shown).to_have_text(["Yes", "No"])
    until(tab, lambda: offered(stack, mona_writes) == [("Is it green?", ["Yes", "No"])])
    stack.say(mona_writes, quick_reply={"title": "No", "payload": "No"})
    expect(shown.filter(has_text="tapped by the customer")).to_contain_text("No")
    [sent] = [
        one for one in stack.requests("POST", "/messages") if "quick_replies" in (one["body"].get("message") or {})
    ]
    assert sent["body"]["persona_id"] == stack.personas()[0]["id"]


def test_a_title_beyond_a_limit_is_refused_in_words_and_nothing_is_sent(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    field = adds(tab, "Yes", "Yes")
    expect(tab.get_by_text("This quick reply is there already.")).to_be_visible()
    field.fill("x" * 23)
    expect(tab.get_by_text("A quick reply has at most 20 characters: 3 too many.")).to_be_visible()
    assert findings(tab) == []
    composer(tab).fill("Is it green?")
    composer(tab).press("Enter")
    expect(composer(tab)).to_have_value("Is it green?")
    field.fill("")
    for number in range(12):
        field.press_sequentially(str(number))
        field.press("Enter")
    expect(chips(tab)).to_have_count(13)
    field.press_sequentially("one more")
    expect(tab.get_by_text("Messenger takes at most 13 quick replies under a message.")).to_be_visible()
    field.fill("")
    composer(tab).press("Enter")
    until(tab, lambda: [len(titles) for _text, titles in offered(stack, mona_writes)] == [13])


def test_quick_replies_without_a_text_wait_for_one(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    adds(tab, "Yes")
    composer(tab).press("Enter")
    expect(tab.get_by_text("Quick replies are sent under a text: write one.")).to_be_visible()
    says(tab, "Is it green?")
    until(tab, lambda: offered(stack, mona_writes) == [("Is it green?", ["Yes"])])


def test_a_typed_title_goes_out_though_enter_was_not_pressed(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    adds(tab).press_sequentially("Yes")
    says(tab, "Is it green?")
    until(tab, lambda: offered(stack, mona_writes) == [("Is it green?", ["Yes"])])
    expect(composer(tab)).to_be_focused()


def test_quick_replies_are_taken_back_one_by_one_or_all_at_once(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    takes(tab)
    field = adds(tab, "Yes", "No", "Perhaps")
    field.press("Backspace")
    expect(chips(tab)).to_have_text(["Yes", "No"])
    chips(tab).first.get_by_role("button", name="Remove: Yes").click()
    expect(chips(tab)).to_have_text(["No"])
    bar(tab).get_by_role("button", name="No quick replies").click()
    expect(bar(tab)).to_be_hidden()
    expect(composer(tab)).to_be_focused()


def test_a_draft_has_its_quick_replies_on_another_device(sit_down, mona_writes, ana):
    desk, phone = sit_down(ana), sit_down(ana, **PHONE)
    takes(desk)
    composer(desk).fill("Is it green?")
    adds(desk, "Yes", "No")
    eventually(lambda: Draft.objects.filter(text="Is it green?", quick_replies="Yes\nNo").exists())
    opens(phone)
    expect(chips(phone)).to_have_text(["Yes", "No"])
    bar(phone).get_by_role("button", name="Remove: Yes").click()
    expect(chips(desk)).to_have_text(["No"])


def test_undo_of_send_puts_the_quick_replies_back(sit_down, mona_writes, stack, ana):
    ana.undo_seconds = 30
    ana.save()
    tab = sit_down(ana)
    takes(tab)
    adds(tab, "Yes", "No")
    says(tab, "One\n---\nIs it green?")
    expect(tab.get_by_role("log").get_by_role("list", name="Quick replies for the customer")).to_contain_text("Yes")
    expect(bar(tab)).to_be_hidden()
    unconfirmed(tab).get_by_role("button", name="Undo").first.click()
    expect(composer(tab)).to_have_value("One\n---\nIs it green?")
    expect(chips(tab)).to_have_text(["Yes", "No"])
    assert stack.texts(mona_writes) == []


def test_a_reply_written_offline_keeps_its_quick_replies_through_a_reload(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    adds(tab, "Yes")
    tab.context.set_offline(True)
    says(tab, "Is it green?")
    expect(unconfirmed(tab).first).to_contain_text("The console has not confirmed this yet.")
    other = tab.context.new_page()
    tab.close()
    tab.context.set_offline(False)
    other.goto("/")
    until(other, lambda: offered(stack, mona_writes) == [("Is it green?", ["Yes"])])


def test_a_canned_reply_brings_its_quick_replies_and_a_sent_message_keeps_them(sit_down, mona_writes, stack, ana):
    CannedReply.objects.create(shortcut="green", text="Is it green?", quick_replies="Yes\nNo", author=ana)
    tab = sit_down(ana)
    takes(tab)
    field = tab.locator("#text")
    field.press_sequentially("/green")
    expect(tab.get_by_role("listbox", name="Canned replies").get_by_role("option")).to_contain_text("[Yes] · [No]")
    field.press("Enter")
    expect(chips(tab)).to_have_text(["Yes", "No"])
    composer(tab).press("Enter")
    until(tab, lambda: offered(stack, mona_writes) == [("Is it green?", ["Yes", "No"])])
    message = bubbles(tab).filter(has_text="Is it green?")
    message.hover()
    message.get_by_role("link", name="Save as canned reply").click()
    dialog = tab.get_by_role("dialog", name="New canned reply")
    expect(dialog.get_by_label("Quick replies")).to_have_value("Yes\nNo")
    assert findings(tab) == []
    dialog.get_by_label("Shortcut").fill("green-too")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    eventually(lambda: CannedReply.objects.filter(shortcut="green-too", quick_replies="Yes\nNo").exists())
