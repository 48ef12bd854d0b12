"""The phone's page in a real browser: visible, tappable, and reachable by keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
SAMPLES = "/_sandbox/static/samples"


@pytest.fixture
def newcomer(box):
    """Has not written yet."""
    return box.customer("Nora Neu")


def test_a_tapped_quick_reply_is_sent_and_the_others_disappear(box, receiver, mona, take_out):
    replies = [{"content_type": "text", "title": title, "payload": title.upper()} for title in ("Yes", "No")]
    mona.receives(text="Was it you?", quick_replies=[*replies, {"content_type": "user_email"}])
    phone = take_out(mona)
    expect(phone.get_by_role("group", name="Quick replies").get_by_role("button")).to_have_count(3)

    phone.get_by_role("button", name="Yes", exact=True).click()

    expect(phone.get_by_role("article", name="You").get_by_text("Yes", exact=True)).to_be_visible()
    expect(phone.get_by_role("group", name="Quick replies")).to_have_count(0)
    assert quick_reply(receiver)["quick_reply"] == {"payload": "YES"}


def test_a_quick_reply_offers_and_sends_the_email(box, receiver, mona, take_out):
    mona.receives(text="How do we reach you?", quick_replies=[{"content_type": "user_email"}])
    take_out(mona).get_by_role("button", name="mona.meyer@example.com").click()

    reply = quick_reply(receiver)
    assert reply["text"] == reply["quick_reply"]["payload"] == "mona.meyer@example.com"


def test_a_button_sends_its_postback_and_a_link_opens_a_new_tab(box, receiver, mona, take_out):
    buttons = [
        {"type": "postback", "title": "Talk to a human", "payload": "HUMAN"},
        {"type": "web_url", "title": "Read more", "url": "https://example.test/more"},
        {"type": "web_url", "title": "Do not", "url": "javascript:alert(1)"},
    ]
    mona.receives(attachment=template("button", text="How can we help?", buttons=buttons))
    phone = take_out(mona)

    phone.get_by_role("button", name="Talk to a human").click()

    expect(phone.get_by_role("article", name="You").get_by_text("Talk to a human")).to_be_visible()
    assert receiver.wait_for(1, "postback")[0]["postback"]["payload"] == "HUMAN"
    link = phone.get_by_role("link", name="Read more")
    expect(link).to_have_attribute("rel", re.compile("noopener"))
    expect(link).to_have_attribute("target", "_blank")
    assert phone.get_by_text("Do not").get_attribute("href") is None


def test_get_started_and_the_greeting_show_before_the_first_message(box, receiver, newcomer, take_out):
    profile(box, get_started={"payload": "START"}, greeting=[{"locale": "default", "text": "Hi {{user_first_name}}!"}])
    phone = take_out(newcomer)
    expect(phone.get_by_text("Hi Nora!")).to_be_visible()
    expect(phone.get_by_role("textbox", name="Message")).to_be_hidden()

    phone.get_by_role("button", name="Get Started").click()

    expect(phone.get_by_role("textbox", name="Message")).to_be_visible()
    expect(phone.get_by_text("Hi Nora!")).to_have_count(0)
    assert receiver.wait_for(1, "postback")[0]["postback"]["payload"] == "START"


def test_a_tapped_ice_breaker_is_sent(box, receiver, newcomer, take_out):
    profile(box, ice_breakers=[{"question": "Where are you?", "payload": "WHERE"}])
    phone = take_out(newcomer)

    phone.get_by_role("button", name="Where are you?").click()

    expect(phone.get_by_role("article", name="You").get_by_text("Where are you?")).to_be_visible()
    assert receiver.wait_for(1, "postback")[0]["postback"]["payload"] == "WHERE"


def test_the_persistent_menu_opens_nests_and_closes(box, receiver, mona, take_out):
    inner = [{"type": "postback", "title": "Cancel it", "payload": "CANCEL"}]
    items = [{"type": "nested", "title": "My order", "call_to_actions": inner}]
    profile(box, persistent_menu=[{"locale": "default", "composer_input_disabled": True, "call_to_actions": items}])
    phone = take_out(mona)
    expect(phone.get_by_role("textbox", name="Message")).to_be_hidden()
    opener = phone.get_by_role("button", name="Menu")

    opener.press("Enter")
    expect(phone.get_by_role("button", name="My order")).to_be_focused()
    phone.keyboard.press("Escape")
    expect(opener).to_be_focused()
    opener.press("Enter")
    phone.keyboard.press("Enter")
    phone.get_by_role("button", name="Cancel it").click()

    assert receiver.wait_for(1, "postback")[0]["postback"]["payload"] == "CANCEL"
    expect(phone.get_by_role("dialog")).to_have_count(0)


def test_the_carousel_is_reached_by_keyboard(box, mona, take_out):
    cards = [{"title": f"Tea {n}", "buttons": [{"type": "postback", "title": f"Buy {n}", "payload": n}]} for n in "123"]
    mona.receives(attachment=template("generic", elements=cards))
    phone = take_out(mona)
    track = phone.get_by_role("group", name="3 cards, side by side")
    at_rest = track.evaluate_handle(
        "track => ({ left: new Promise(done => track.addEventListener('scrollend', () => done(track.scrollLeft))) })"
    )

    track.focus()
    phone.keyboard.press("ArrowRight")
    assert at_rest.evaluate("at_rest => at_rest.left") > 0
    for _ in "123":
        phone.keyboard.press("Tab")

    expect(phone.get_by_role("button", name="Buy 3")).to_be_focused()
    expect(phone.get_by_role("button", name="Buy 3")).to_be_in_viewport(ratio=1)


def test_a_reaction_is_added_and_removed(box, receiver, mona, take_out):
    mona.receives(text="It is on its way.")
    phone = take_out(mona)
    opener = phone.get_by_role("article", name="Bluebird Tea").get_by_role("button", name="React")

    opener.press("Enter")
    phone.get_by_role("button", name="Love").click()
    taken_back = phone.get_by_role("button", name="Take back ❤️")
    taken_back.click()

    expect(taken_back).to_have_count(0)
    actions = [event["reaction"]["action"] for event in receiver.wait_for(2, "reaction")]
    assert actions == ["react", "unreact"]


def test_sample_attachments_can_be_sent(box, mona, take_out):
    phone = take_out(mona)
    for name in ("Audio", "Video", "File"):
        phone.get_by_role("button", name="Send something else").click()
        phone.get_by_role("dialog").get_by_role("button", name=name).click()
    phone.get_by_role("button", name="Send a like").click()
    phone.get_by_role("button", name="Send picture").click()

    for role in ("Audio", "Video", "Sticker", "Picture"):
        expect(phone.get_by_label(role, exact=True).or_(phone.get_by_alt_text(role, exact=True))).to_be_visible()
    expect(phone.get_by_role("link", name="order.pdf")).to_be_visible()


def test_a_reply_quotes_its_message(box, receiver, mona, take_out):
    mid = mona.receives(text="Which one was it?").json()["message_id"]
    phone = take_out(mona)
    phone.get_by_role("article", name="Bluebird Tea").get_by_role("button", name="Reply").press("Enter")

    phone.keyboard.type("The blue one")
    phone.keyboard.press("Enter")

    expect(phone.get_by_role("button", name="Reply to Bluebird Tea: Which one was it?")).to_be_visible()
    event = receiver.until(lambda: [e for e in receiver.events("message") if "reply_to" in e["message"]])[0]
    assert event["message"]["reply_to"] == {"mid": mid}


def test_a_reply_from_the_page_inbox_shows_and_takes_control(box, mona, take_out):
    phone = take_out(mona)
    phone.get_by_label("Default app").select_option(label="Page Inbox")

    phone.get_by_role("button", name="Reply from the Page Inbox").click()

    expect(phone.get_by_text("Hello from the Page Inbox.")).to_be_visible()
    expect(phone.get_by_text("This conversation is controlled by Page Inbox.")).to_be_visible()


def test_messages_on_the_screen_stay_unchanged_when_more_come(box, mona, take_out):
    mona.receives(attachment=template("coupon", title="10 % off", coupon_code="TEA10"))
    phone = take_out(mona)
    phone.get_by_role("button", name="Reveal code").click()
    expect(phone.get_by_text("TEA10")).to_be_visible()
    card = phone.get_by_role("article", name="Bluebird Tea").element_handle()

    mona.do("react", mid=mona.messages()[1]["mid"], emoji="👍")
    mona.receives(text="And more")

    expect(phone.get_by_text("And more")).to_be_visible()
    expect(phone.get_by_text("TEA10")).to_be_visible()
    assert card.evaluate("card => card.isConnected")


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark", **PHONE}], ids=["light", "dark phone"])
def test_a_thread_with_every_kind_of_message_is_accessible(box, mona, take_out, look):
    say_everything(box, mona)
    phone = take_out(mona, **look)
    expect(phone.get_by_text("Template: utility")).to_be_visible()

    violations = Axe().run(phone).response["violations"]

    serious = [found for found in violations if found["impact"] in ("serious", "critical")]
    assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in serious] == []


def quick_reply(receiver):
    """The message that the app got for the one that was tapped."""
    return receiver.until(lambda: [e["message"] for e in receiver.events("message") if "quick_reply" in e["message"]])[
        0
    ]


def profile(box, **settings):
    assert box.graph("POST", "/v26.0/me/messenger_profile", json=settings).status_code == 200


def template(kind, **payload):
    return {"type": "template", "payload": {"template_type": kind, **payload}}


def say_everything(box, customer):
    """One message of every kind, both ways."""
    picture = f"{box.url}/_sandbox/sample.png"
    for type, file in (("audio", "hello.wav"), ("video", "tea.webm"), ("file", "order.pdf")):
        customer.say(attachment={"type": type, "url": f"{SAMPLES}/{file}"})
    customer.say(attachment={"type": "fallback", "url": "https://example.test/tea", "title": "A page about tea"})
    customer.say(location={"lat": 52.5, "long": 13.4})
    customer.say(sticker=369239263222822, reply_to=customer.messages()[0]["mid"])
    ana = box.persona("Ana R.")
    for message in everything(picture, f"{box.url}{SAMPLES}"):
        answer = customer.is_sent(message=message, persona_id=ana)
        assert answer.status_code == 200, answer.text
    customer.do("react", mid=answer.json()["message_id"], emoji="❤️")


def everything(picture, samples):
    postback = {"type": "postback", "title": "Choose", "payload": "CHOOSE"}
    url = {"type": "web_url", "title": "Shop", "url": "https://example.test/shop"}
    call = {"type": "phone_number", "title": "Call us", "payload": "+12025550143"}
    log_in = {"type": "account_link", "url": "https://example.test/log-in"}
    action = {"type": "web_url", "url": "https://example.test/tea"}
    teas = [
        ("Earl Grey", "Black tea with bergamot"),
        ("Sencha", "Green, from Shizuoka"),
        ("Rooibos", "Red, no caffeine"),
    ]
    cards = [
        {"title": t, "subtitle": s, "image_url": picture, "default_action": action, "buttons": [postback, url]}
        for t, s in teas
    ]
    texts = [{"text": "Hello! Have a look: https://example.test/tea."}, {"text": "🎉"}]
    files = [
        {"attachment": {"type": type, "payload": {"url": url}}}
        for type, url in (
            ("image", picture),
            ("audio", f"{samples}/hello.wav"),
            ("video", f"{samples}/tea.webm"),
            ("file", f"{samples}/order.pdf"),
        )
    ]
    pictures = {"attachments": [{"type": "image", "payload": {"url": picture}}] * 3}
    templates = [
        template("generic", elements=cards),
        template("generic", elements=cards[:1], image_aspect_ratio="square"),
        template("button", text="How can we help?", buttons=[postback, call, log_in]),
        template("media", elements=[{"media_type": "video", "url": "https://www.facebook.com/1", "buttons": [url]}]),
        receipt(picture),
        template("coupon", title="10 % off", coupon_code="TEA10", coupon_url=url["url"], coupon_pre_message="For you:"),
        feedback(),
        template("product", elements=[{"id": "4711"}, {"id": "4712"}]),
        image_grid(picture, postback),
        *flights(),
        template("one_time_notif_req", title="Shall we tell you when it is back?", payload="BACK"),
        template("notification_messages", title="News about tea", image_url=picture, payload="NEWS"),
        template("utility", title="Something new"),
    ]
    replies = [
        {"content_type": "text", "title": "Yes", "payload": "YES", "image_url": picture},
        {"content_type": "text", "title": "No", "payload": "NO"},
        {"content_type": "user_phone_number"},
        {"content_type": "user_email"},
    ]
    asked = {"text": "Was that all?", "quick_replies": replies}
    return [*texts, *files, pictures, *({"attachment": each} for each in templates), asked]


def receipt(picture):
    address = {"street_1": "1 Tea Street", "city": "Berlin", "postal_code": "10115", "state": "BE", "country": "DE"}
    lines = [
        {"title": "Earl Grey", "subtitle": "100 g", "quantity": 2, "price": 13.8, "image_url": picture},
        {"title": "Tea pot", "price": 24.0, "currency": "EUR"},
    ]
    return template(
        "receipt",
        recipient_name="Mona Meyer",
        merchant_name="Bluebird Tea",
        order_number="1042",
        order_url="https://example.test/orders/1042",
        currency="EUR",
        payment_method="Visa 2345",
        timestamp="1790000000",
        address=address,
        elements=lines,
        adjustments=[{"name": "New customer", "amount": 5}],
        summary={"subtotal": 37.8, "shipping_cost": 4.95, "total_tax": 6.03, "total_cost": 37.75},
    )


def feedback():
    follow_up = {"type": "free_form", "placeholder": "What else?"}
    questions = [
        {"id": "how", "type": "csat", "title": "How was it?", "score_option": "five_stars", "follow_up": follow_up},
        {"id": "again", "type": "nps", "title": "Would you tell a friend?"},
    ]
    screens = [{"questions": questions}]
    return template("customer_feedback", title="Rate us", subtitle="Ana would like to know", feedback_screens=screens)


def image_grid(picture, action):
    images = [{"url": picture, "is_hero_image": True}, {"url": picture, "action": action}, {"url": picture}]
    return template("image_grid", title="New this week", images=images, buttons=[action])


def flights():
    flight = {
        "flight_number": "BT 123",
        "departure_airport": {"airport_code": "BER", "city": "Berlin", "terminal": "1", "gate": "A7"},
        "arrival_airport": {"airport_code": "LIS", "city": "Lisbon"},
        "flight_schedule": {"departure_time": "2026-11-24T08:15", "arrival_time": "2026-11-24T11:05"},
    }
    passenger = {"passenger_name": "Mona Meyer", "pnr_number": "CG4X7U", "seat": "12A", "travel_class": "economy"}
    booked = {"intro_message": "Your flight", "locale": "en_US", "pnr_number": "CG4X7U", "flight_info": [flight]}
    price = {"total_price": "128.40", "currency": "EUR", "passenger_info": [{"name": "Mona Meyer"}]}
    return [
        template("airline_itinerary", **booked, **price),
        template("airline_checkin", **booked, checkin_url="https://example.test/checkin"),
        template(
            "airline_boardingpass",
            intro_message="Your pass",
            boarding_pass=[passenger | {"qr_code": "M1MEYER", "flight_info": flight}],
        ),
        template("airline_update", update_type="delay", pnr_number="CG4X7U", update_flight_info=flight),
    ]
