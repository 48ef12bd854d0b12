"""Reply to a message: an agent quotes it, on a desk and on a phone, and the customer sees to which one the reply is."""

import pytest
from playwright.sync_api import expect

from console.models import Draft, Message
from tests.browser.desk import PHONE, bubbles, composer, findings, opens, says, takes, unconfirmed, until
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)

GREETING = "Hello, is anybody there?"


def quotes(tab, text=GREETING):
    """Press Reply on a message."""
    message = bubbles(tab).filter(has_text=text).first
    message.hover()
    message.get_by_role("button", name="Reply").click()


def bar(tab):
    return tab.locator("#reply-quote")


def quoted(stack, psid):
    """Return pairs of a text to the customer and the text that it quotes."""
    messages = stack.thread(psid)["messages"]
    texts = {message["mid"]: message["text"] for message in messages}
    return [(said["text"], texts.get(said["reply_to"])) for said in messages if said["from"] == "page"]


@pytest.mark.parametrize("device", [{}, PHONE], ids=["desktop", "phone"])
def test_reply_on_a_message_quotes_it_to_the_customer(device, sit_down, mona_writes, stack, ana):
    tab = sit_down(ana, **device)
    opens(tab)
    tab.get_by_role("button", name="Take").click()
    quotes(tab)
    expect(bar(tab)).to_contain_text(f"Reply to Mona Weber {GREETING}")
    expect(composer(tab)).to_be_focused()
    assert findings(tab) == []
    composer(tab).fill("Yes, I am")
    tab.get_by_role("button", name="Send", exact=True).click()
    expect(bar(tab)).to_be_hidden()
    until(tab, lambda: quoted(stack, mona_writes) == [("Yes, I am", GREETING)])
    expect(bubbles(tab).last.get_by_role("link", name="In reply to")).to_contain_text(GREETING)


def test_escape_takes_the_quote_back_and_leaves_the_text(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    quotes(tab)
    composer(tab).press_sequentially("Yes")
    composer(tab).press("Escape")
    expect(bar(tab)).to_be_hidden()
    composer(tab).press("Enter")
    until(tab, lambda: quoted(stack, mona_writes) == [("Yes", None)])


def test_a_draft_has_its_quote_on_another_device_and_after_a_reload(sit_down, mona_writes, ana):
    desk = sit_down(ana)
    takes(desk)
    quotes(desk)
    composer(desk).press_sequentially("Yes")
    eventually(lambda: Draft.objects.filter(text="Yes", reply_to__text=GREETING))
    phone = sit_down(ana, **PHONE)
    opens(phone)
    expect(bar(phone)).to_contain_text(GREETING)
    bar(phone).get_by_role("button", name="Reply without the quote").click()
    expect(bar(desk)).to_be_hidden()
    quotes(phone)
    expect(bar(desk)).to_contain_text(GREETING)
    desk.reload()
    expect(bar(desk)).to_contain_text(GREETING)


def test_a_quote_outlives_a_network_that_is_away_and_another_tab_shows_it(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    other = tab.context.new_page()
    other.goto(tab.url)
    tab.context.set_offline(True)
    quotes(tab)
    says(tab, "Yes, I am")
    for each in (tab, other):
        expect(unconfirmed(each)).to_contain_text(GREETING)
    tab.context.set_offline(False)
    until(tab, lambda: quoted(stack, mona_writes) == [("Yes, I am", GREETING)])


def test_undo_of_send_brings_the_quote_back(sit_down, mona_writes, stack, ana):
    ana.undo_seconds = 30
    ana.save()
    tab = sit_down(ana)
    takes(tab)
    quotes(tab)
    says(tab, "Yes, I am")
    unconfirmed(tab).get_by_role("button", name="Undo").click()
    expect(composer(tab)).to_have_value("Yes, I am")
    expect(bar(tab)).to_contain_text(GREETING)


def test_the_quote_goes_when_the_customer_unsends_the_message(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    quotes(tab)
    composer(tab).press_sequentially("Yes")
    mid = Message.objects.get(text=GREETING).mid
    stack.say(mona_writes, event={"message": {"mid": mid, "is_deleted": True}})
    expect(tab.get_by_text("The message that you reply to was unsent.")).to_be_visible()
    expect(bar(tab)).to_be_hidden()
    composer(tab).press("Enter")
    until(tab, lambda: quoted(stack, mona_writes) == [("Yes", None)])


def test_unsent_words_go_from_a_reply_that_waits_in_the_outbox_too(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    quotes(tab)
    tab.route("**/send/", lambda route: route.abort())
    says(tab, "Yes, I am")
    expect(unconfirmed(tab)).to_contain_text(GREETING)
    mid = Message.objects.get(text=GREETING).mid
    stack.say(mona_writes, event={"message": {"mid": mid, "is_deleted": True}})
    expect(unconfirmed(tab)).not_to_contain_text(GREETING)
    expect(unconfirmed(tab)).to_contain_text("Yes, I am")


def test_a_message_cannot_be_quoted_before_the_conversation_is_taken(sit_down, mona_writes, ana):
    tab = sit_down(ana)
    opens(tab)
    bubbles(tab).first.hover()
    expect(bubbles(tab).first.get_by_role("button", name="Reply")).to_be_hidden()
