"""Everything a customer can say, as it reaches the webhook and as it stands in the thread."""

import pytest


@pytest.fixture
def tom(box, receiver):
    return box.customer("Tom Okafor")


def heard(receiver):
    return receiver.wait_for(1)[0]


@pytest.mark.parametrize("type", ["audio", "video", "file"])
def test_a_file_of_any_kind(receiver, tom, type):
    tom.say(attachment={"type": type, "url": "https://cdn.example.test/a"})

    assert heard(receiver)["message"]["attachments"] == [
        {"type": type, "payload": {"url": "https://cdn.example.test/a"}}
    ]
    assert tom.messages()[0]["attachments"] == [{"type": type, "url": "https://cdn.example.test/a"}]


def test_several_files_and_words(receiver, tom):
    tom.say("Look", attachments=[{"type": "image", "url": f"https://cdn.example.test/{n}.jpg"} for n in range(2)])

    message = heard(receiver)["message"]

    assert message["text"] == "Look"
    assert [a["payload"]["url"][-5:] for a in message["attachments"]] == ["0.jpg", "1.jpg"]


def test_a_sticker(box, receiver, tom):
    tom.say(sticker=369239263222822)

    message = heard(receiver)["message"]

    assert message["sticker_id"] == 369239263222822
    (sticker,) = message["attachments"]
    assert (sticker["type"], sticker["payload"]["sticker_id"]) == ("sticker", 369239263222822)
    assert box.session.get(sticker["payload"]["url"]).headers["Content-Type"] == "image/png"


def test_a_place(receiver, tom):
    tom.say(location={"lat": 52.5, "long": 13.4})

    assert heard(receiver)["message"]["attachments"] == [
        {"type": "location", "payload": {"coordinates": {"lat": 52.5, "long": 13.4}}}
    ]


def test_a_link_that_nobody_can_open(receiver, tom):
    tom.say(attachment={"type": "fallback"})

    assert heard(receiver)["message"]["attachments"] == [{"type": "fallback"}]


def test_an_answer_to_one_message(receiver, tom):
    first = tom.say("Which one?")
    tom.say("This one", reply_to=first)

    assert receiver.wait_for(2)[1]["message"]["reply_to"] == {"mid": first}
    assert tom.messages()[1]["reply_to"] == first


def test_the_way_by_which_they_came_with_a_message(receiver, tom):
    referral = {"ref": "spring", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "6012"}
    tom.say("Hi", referral=referral)

    assert heard(receiver)["message"]["referral"] == referral


def test_the_way_by_which_they_came_alone_opens_the_window(receiver, tom):
    tom.say(referral={"ref": "flyer", "source": "SHORTLINK", "type": "OPEN_THREAD"})

    assert heard(receiver)["referral"]["ref"] == "flyer"
    assert tom.messages() == []
    assert tom.hears(text="Hello").ok


def test_get_started_by_a_link(receiver, tom):
    tom.say(postback={"title": "Get started", "payload": "GO", "referral": {"ref": "x", "source": "SHORTLINK"}})

    assert heard(receiver)["postback"]["referral"] == {"ref": "x", "source": "SHORTLINK"}


@pytest.mark.parametrize("body", [{"reply_to": "m_1", "text": "x"}, {"sticker": "x"}, {"attachments": []}])
def test_what_makes_no_sense_is_not_said(box, tom, body):
    assert box.control("POST", f"/customers/{tom.psid}/send", body).status_code == 400
