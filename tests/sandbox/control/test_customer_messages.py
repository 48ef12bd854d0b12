"""Messages of a customer, as they reach the webhook and as they show in the thread."""

import pytest


@pytest.fixture
def tom(box, receiver):
    return box.customer("Tom Okafor")


def received(receiver):
    return receiver.wait_for(1)[0]


@pytest.mark.parametrize("type", ["audio", "video", "file"])
def test_a_customer_sends_a_file_of_any_type(receiver, tom, type):
    tom.say(attachment={"type": type, "url": "https://cdn.example.test/a"})

    assert received(receiver)["message"]["attachments"] == [
        {"type": type, "payload": {"url": "https://cdn.example.test/a"}}
    ]
    assert tom.messages()[0]["attachments"] == [{"type": type, "url": "https://cdn.example.test/a"}]


def test_a_customer_sends_several_pictures_with_text(receiver, tom):
    tom.say("Look", attachments=[{"type": "image", "url": f"https://cdn.example.test/{n}.jpg"} for n in range(2)])

    message = received(receiver)["message"]

    assert message["text"] == "Look"
    assert [a["payload"]["url"][-5:] for a in message["attachments"]] == ["0.jpg", "1.jpg"]


def test_a_customer_sends_a_sticker(box, receiver, tom):
    tom.say(sticker=369239263222822)

    message = received(receiver)["message"]

    assert message["sticker_id"] == 369239263222822
    (sticker,) = message["attachments"]
    assert (sticker["type"], sticker["payload"]["sticker_id"]) == ("sticker", 369239263222822)
    assert box.session.get(sticker["payload"]["url"]).headers["Content-Type"] == "image/png"


def test_a_customer_sends_a_location(receiver, tom):
    tom.say(location={"lat": 52.5, "long": 13.4})

    assert received(receiver)["message"]["attachments"] == [
        {"type": "location", "payload": {"coordinates": {"lat": 52.5, "long": 13.4}}}
    ]


def test_a_customer_sends_a_fallback_without_url(receiver, tom):
    tom.say(attachment={"type": "fallback"})

    assert received(receiver)["message"]["attachments"] == [{"type": "fallback"}]


def test_a_customer_replies_to_one_message(receiver, tom):
    first = tom.say("Which one?")
    tom.say("This one", reply_to=first)

    assert receiver.wait_for(2)[1]["message"]["reply_to"] == {"mid": first}
    assert tom.messages()[1]["reply_to"] == first


def test_a_message_carries_its_referral(receiver, tom):
    referral = {"ref": "spring", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "6012"}
    tom.say("Hi", referral=referral)

    assert received(receiver)["message"]["referral"] == referral


def test_a_referral_alone_opens_the_messaging_window(receiver, tom):
    tom.say(referral={"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"})

    assert received(receiver)["referral"]["ref"] == "flyer"
    assert tom.messages() == []
    assert tom.receives(text="Hello").ok


def test_a_get_started_postback_carries_its_referral(receiver, tom):
    tom.say(postback={"title": "Get started", "payload": "GO", "referral": {"ref": "x", "source": "SHORTLINK"}})

    assert received(receiver)["postback"]["referral"] == {"ref": "x", "source": "SHORTLINK"}


@pytest.mark.parametrize("body", [{"reply_to": "m_1", "text": "x"}, {"sticker": "x"}, {"attachments": []}])
def test_an_invalid_customer_message_is_refused(box, tom, body):
    assert box.control("POST", f"/customers/{tom.psid}/send", body).status_code == 400
