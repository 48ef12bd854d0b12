"""Content of the thread as an agent sees it: quotes, cards of bots, ads, pictures, files, texts."""

import uuid
from datetime import timedelta

import pytest
import requests
from django.conf import settings
from playwright.sync_api import expect

from console.models import Conversation, Message
from tests.browser.desk import bubbles, opens, row, says, takes
from tests.conftest import TOKEN
from tests.stand_in import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def bot_sends(psid, **message):
    """Send as a bot with the app's token; return the mid."""
    body = {"recipient": {"id": psid}, "messaging_type": "RESPONSE", "message": message}
    answer = requests.post(
        f"{settings.GRAPH_API_URL}/me/messages", params={"access_token": TOKEN}, json=body, timeout=20
    )
    return answer.json()["message_id"]


def chatter(conversation, number, before):
    """Add this many messages before a moment, a minute apart."""
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            page_id=conversation.page_id,
            is_incoming=True,
            state=Message.State.RECEIVED,
            text=f"Chatter {count}",
            mid=f"m_{uuid.uuid4()}",
            at=before - timedelta(minutes=number - count),
            revision=0,
        )
        for count in range(number)
    )


# Quotes


def test_a_click_on_a_quote_leads_to_the_quoted_message_and_marks_it(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    takes(tab)
    says(tab, "Green or black?")
    expect(bubbles(tab).last).to_contain_text("Delivered")
    stack.say(mona_writes, text="Green please", reply_to=stack.said(mona_writes)[0]["mid"])
    quote = bubbles(tab).last.get_by_role("link", name="Green or black?")
    quote.click()
    asked = bubbles(tab).filter(has_text="Green or black?").first
    expect(asked).to_have_class("message is-delivered is-outgoing is-marked")
    expect(asked).to_be_focused()


def test_a_click_on_the_quote_of_an_old_message_loads_older_pages_until_it_is_there(sit_down, mona_writes, stack, ana):
    first = eventually(lambda: Message.objects.first())
    conversation = Conversation.objects.get()
    Message.objects.update(at=first.at - timedelta(hours=2), sent_at=first.at - timedelta(hours=2))
    chatter(conversation, 80, before=first.at)
    stack.say(mona_writes, text="About that", reply_to=first.mid)
    eventually(lambda: Message.objects.filter(text="About that"))
    tab = sit_down(ana)
    opens(tab)
    asked = tab.locator(f"#message-{first.pk}")
    expect(asked).to_have_count(0)
    bubbles(tab).filter(has_text="About that").get_by_role("link", name="In reply to").click()
    expect(asked).to_be_in_viewport()
    expect(asked).to_be_focused()


# Cards


def teapot(number, title):
    buttons = [{"type": "postback", "title": "Buy", "payload": f"BUY-{number}"}]
    picture = f"{settings.GRAPH_API_URL}/_sandbox/sample.png"
    return {"title": title, "subtitle": "0.8 l", "image_url": picture, "buttons": buttons}


def test_cards_of_a_bot_stand_side_by_side_and_show_which_button_the_customer_tapped(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    opens(tab)
    elements = [teapot(1, "Glass teapot"), teapot(2, "Iron teapot")]
    bot_sends(
        mona_writes, attachment={"type": "template", "payload": {"template_type": "generic", "elements": elements}}
    )
    cards = tab.get_by_role("list", name="Cards").locator("> li")
    expect(cards).to_contain_text(["Glass teapot", "Iron teapot"])
    glass, iron = cards.evaluate_all("cards => cards.map((card) => card.getBoundingClientRect().toJSON())")
    assert glass["y"] == iron["y"]
    assert glass["x"] + glass["width"] <= iron["x"]
    picture = cards.first.locator("img")
    expect(picture).to_be_visible()
    eventually(lambda: picture.evaluate("image => image.naturalWidth"))
    stack.say(mona_writes, postback={"title": "Buy", "payload": "BUY-2"})
    expect(cards.nth(1).get_by_role("listitem")).to_have_text("Buy: tapped by the customer")
    expect(cards.first.get_by_role("listitem")).to_have_text("Buy")
    expect(bubbles(tab).last).to_contain_text("tapped a button")


def test_a_receipt_of_a_bot_shows_what_was_bought_and_the_total(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    opens(tab)
    bought = [{"title": "Mug", "quantity": 2, "price": 7.5}]
    receipt = {"template_type": "receipt", "recipient_name": "Mona", "order_number": "A-17", "currency": "EUR"}
    receipt |= {"payment_method": "Visa", "elements": bought, "summary": {"total_cost": 15}}
    bot_sends(mona_writes, attachment={"type": "template", "payload": receipt})
    expect(bubbles(tab).last.get_by_role("term")).to_have_text(["2 × Mug", "Total"])  # noqa: RUF001
    expect(bubbles(tab).last.get_by_role("definition")).to_have_text(["EUR 7.50", "EUR 15"])


def test_the_ad_by_which_a_customer_came_stands_above_their_words_and_in_the_row(sit_down, mona_writes, stack, ana):
    tab = sit_down(ana)
    opens(tab)
    ad = {"source": "ADS", "type": "OPEN_THREAD", "ad_id": "6012"}
    ad["ads_context_data"] = {"ad_title": "Spring sale", "post_id": "102_77"}
    stack.say(mona_writes, text="Is it still on?", referral=ad)
    card = tab.get_by_role("listitem").filter(has_text="Came from the ad “Spring sale”")
    expect(card.get_by_role("link", name="Open the original")).to_have_attribute(
        "href", "https://www.facebook.com/102_77"
    )
    words = bubbles(tab).filter(has_text="Is it still on?")
    expect(words).to_be_visible()
    assert card.bounding_box()["y"] < words.bounding_box()["y"]
    expect(row(tab)).to_contain_text("Ad Is it still on?")


# Files, places, short and long texts


def test_pictures_open_large_and_the_arrow_keys_lead_to_the_next(sit_down, mona_writes, stack, ana):
    stack.say(mona_writes, attachments=[{"type": "image", "url": "/_sandbox/sample.png"}] * 3)
    tab = sit_down(ana)
    opens(tab)
    pictures = tab.get_by_role("img", name="Picture from the customer")
    expect(pictures).to_have_count(3)
    tab.get_by_role("link", name="Picture from the customer").first.click()
    viewer = tab.get_by_role("dialog", name="Picture")
    expect(viewer.get_by_role("status")).to_have_text("1 of 3")
    tab.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("status")).to_have_text("2 of 3")
    expect(viewer.get_by_role("link", name="Download")).to_have_css("color", "rgb(255, 255, 255)")  # on the dark veil
    with tab.expect_download() as download:
        viewer.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "sample.png"
    tab.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(tab.get_by_role("link", name="Picture from the customer").nth(1)).to_be_focused()


def test_a_picture_that_the_customer_unsends_goes_while_it_is_shown_large(sit_down, mona_writes, stack, ana):
    for _number in range(3):
        stack.say(mona_writes, attachments=[{"type": "image", "url": "/_sandbox/sample.png"}])
    tab = sit_down(ana)
    opens(tab)
    pictures = tab.locator(".pictures-link")
    expect(pictures).to_have_count(3)
    pictures.nth(1).click()
    viewer = tab.get_by_role("dialog", name="Picture")
    large, shown = viewer.locator("img"), viewer.get_by_role("status")
    expect(shown).to_have_text("2 of 3")
    mids = list(Message.objects.filter(attachments__isnull=False).in_order().values_list("mid", flat=True))
    addresses = pictures.evaluate_all("links => links.map((link) => link.href)")
    stack.say(mona_writes, event={"reaction": {"mid": mids[1], "action": "react", "emoji": "👍"}})
    stack.say(mona_writes, event={"message": {"mid": mids[2], "is_deleted": True}})
    expect(shown).to_have_text("2 of 2")
    expect(large).to_have_attribute("src", addresses[1])
    stack.say(mona_writes, event={"message": {"mid": mids[1], "is_deleted": True}})
    expect(shown).to_have_text("1 of 1")
    expect(large).to_have_attribute("src", addresses[0])
    stack.say(mona_writes, event={"message": {"mid": mids[0], "is_deleted": True}})
    expect(viewer).to_be_hidden()


def test_a_voice_message_can_be_played_faster(sit_down, mona_writes, stack, ana):
    stack.say(mona_writes, attachment={"type": "audio", "url": "/_sandbox/static/samples/hello.wav"})
    tab = sit_down(ana)
    opens(tab)
    bubbles(tab).last.get_by_label("Speed").select_option("1.5")
    assert bubbles(tab).last.locator("audio").evaluate("audio => audio.playbackRate") == 1.5


def test_a_file_shows_its_name_and_size(sit_down, mona_writes, stack, ana):
    stack.say(mona_writes, attachment={"type": "file", "url": "/_sandbox/static/samples/order.pdf"})
    tab = sit_down(ana)
    opens(tab)
    expect(bubbles(tab).last.get_by_role("link")).to_contain_text("order.pdf")
    expect(bubbles(tab).last.get_by_role("link")).to_contain_text("bytes")


def test_a_text_of_emoji_alone_is_big(sit_down, mona_writes, stack, ana):
    stack.say(mona_writes, text="😍👍🏽")
    stack.say(mona_writes, text="2 😍")
    tab = sit_down(ana)
    opens(tab)
    size = "element => parseFloat(getComputedStyle(element).fontSize)"
    big, small = bubbles(tab).get_by_text("😍👍🏽"), bubbles(tab).get_by_text("2 😍")
    assert big.evaluate(size) > 2 * small.evaluate(size)


def test_a_long_text_is_folded_until_the_agent_wants_all_of_it(sit_down, mona_writes, stack, ana):
    long = "I would like to know. " * 80
    stack.say(mona_writes, text=long)
    tab = sit_down(ana)
    opens(tab)
    text = bubbles(tab).last.get_by_text("I would like to know.")
    folded = text.bounding_box()["height"]
    bubbles(tab).last.get_by_text("Show all").click()
    assert text.bounding_box()["height"] > folded
    tab.keyboard.press("Space")  # the box has the focus
    assert text.bounding_box()["height"] == folded


def test_an_edited_message_shows_what_it_said_before(sit_down, mona_writes, stack, ana):
    mid = stack.say(mona_writes, text="Elm street 4")
    eventually(lambda: Message.objects.filter(text="Elm street 4"))
    stack.post(f"customers/{mona_writes}/edit", mid=mid, text="Elm street 5")
    tab = sit_down(ana)
    opens(tab)
    expect(bubbles(tab).last).to_contain_text("Elm street 5")
    expect(bubbles(tab).last.get_by_text("Elm street 4")).to_be_hidden()
    bubbles(tab).last.get_by_text("edited").click()
    expect(bubbles(tab).last.get_by_text("Elm street 4")).to_be_visible()
    mark = tab.locator(".message-meta-edited")
    dot = "mark => getComputedStyle(mark, '::before').content"
    assert mark.evaluate(dot) == '"· "'
    stack.say(mona_writes, text="Second floor")
    expect(bubbles(tab).last).to_contain_text("Second floor")
    assert mark.evaluate(dot) == "none"  # the time before it is gone
