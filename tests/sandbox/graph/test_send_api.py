"""The Send API, checked in the order syntax, persona, recipient, window, content."""

import json

import pytest

from sandbox.app import PAGE_ID

DAY_S = 24 * 3600


def refusal(answer):
    error = answer.json()["error"]
    assert error["fbtrace_id"]
    return answer.status_code, error["code"], error.get("error_subcode")


def test_a_sent_message_is_answered_echoed_and_delivered(box, receiver, mona):
    receiver.wait_for(1)
    answer = mona.receives(text="Grüße", metadata="job:42")

    assert set(answer.json()) == {"recipient_id", "message_id"}
    assert answer.json()["recipient_id"] == mona.psid
    mid = answer.json()["message_id"]
    _, echo, delivery = receiver.wait_for(3)
    assert (echo["sender"], echo["recipient"]) == ({"id": PAGE_ID}, {"id": mona.psid})
    assert echo["message"] == {
        "is_echo": True,
        "app_id": 1517776481860111,
        "mid": mid,
        "metadata": "job:42",
        "text": "Grüße",
    }
    assert delivery["sender"] == {"id": mona.psid}
    assert delivery["delivery"] == {"mids": [mid], "watermark": echo["timestamp"]}


def test_the_echo_does_not_name_the_persona(box, receiver, mona):
    mona.is_sent(message={"text": "Hello"}, persona_id=box.persona())

    assert "persona" not in json.dumps(receiver.wait_for(3))


@pytest.mark.parametrize(
    ("call", "subcode", "words"),
    [
        ({"recipient": None}, None, "The parameter recipient is required"),
        ({"recipient": {}}, None, "must be non-empty"),
        ({"recipient": {"id": "mona"}}, None, "must be a valid ID string"),
        ({"message": {"text": "x"}, "sender_action": "typing_on"}, 2018014, "both message and state"),
        ({}, 2018034, "Message cannot be empty"),
        ({"message": {"text": ""}}, 2018034, "Message cannot be empty"),
        ({"message": {"mesage": "x"}}, None, 'Invalid keys "mesage" were found in param "message"'),
        ({"message": {"text": "x" * 2001}}, None, "Length of param message[text]"),
        ({"message": {"text": "x", "metadata": "x" * 1001}}, None, "Length of param message[metadata]"),
        ({"message": {"text": "x", "quick_replies": [{"playload": "x"}]}}, None, 'Invalid keys "playload"'),
        ({"message": {"attachment": {"type": "image"}}}, None, "message[attachment][payload] is required"),
        ({"message": {"attachment": {"type": "image", "payload": {"url": "x"}}}}, None, "represent a valid URL"),
        ({"message": {"text": "x"}, "messaging_type": "X"}, None, "Param messaging_type must be one of {RESPONSE,"),
        ({"message": {"text": "x"}, "messaging_type": "MESSAGE_TAG"}, None, "Invalid parameter"),
        ({"message": {"text": "x"}, "tag": "ACCOUNT_UPDATE"}, 1893061, "Invalid parameter"),
        ({"sender_action": "dance"}, None, "Param sender_action must be one of"),
    ],
)
def test_a_malformed_send_gets_facebooks_error(mona, call, subcode, words):
    answer = mona.is_sent(**call)

    assert refusal(answer) == (400, 100, subcode)
    assert words in answer.json()["error"]["message"]


def test_a_text_may_have_two_thousand_characters(mona):
    assert mona.receives(text="ü" * 2000).status_code == 200


def test_a_send_to_an_unknown_person_is_refused(box, mona):
    answer = box.graph("POST", "/me/messages", json={"recipient": {"id": "7001"}, "message": {"text": "Hi"}})

    assert refusal(answer) == (400, 100, 2018001)


def test_a_customer_who_blocks_the_page_is_not_available(mona):
    mona.do("block", on=True)
    assert refusal(mona.receives(text="Hi")) == (400, 551, 1545041)

    mona.do("block", on=False)
    assert mona.receives(text="Hi").status_code == 200


def test_the_messaging_window_closes_after_a_day_and_a_reaction_reopens_it(box, mona):
    mid = mona.receives(text="On its way").json()["message_id"]
    box.post("/clock", advance_s=DAY_S + 1)
    assert refusal(mona.receives(text="Did it come?")) == (400, 10, 2018278)

    mona.do("react", mid=mid, emoji="👍")

    assert mona.receives(text="Good!").status_code == 200


def test_reading_and_editing_do_not_open_the_messaging_window(box, mona):
    mid = mona.messages()[0]["mid"]
    box.post("/clock", advance_s=DAY_S + 1)

    mona.do("read")
    mona.do("edit", mid=mid, text="Where is it?")

    assert refusal(mona.receives(text="Hi")) == (400, 10, 2018278)


def test_a_customer_who_never_wrote_cannot_be_messaged(box):
    assert refusal(box.customer().receives(text="Hi")) == (400, 10, 2018278)


def test_the_human_agent_tag_extends_the_window_to_seven_days(box, mona):
    tagged = {"message": {"text": "Sorry"}, "messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    box.post("/clock", advance_s=6 * DAY_S)
    assert mona.is_sent(**tagged).status_code == 200

    box.post("/clock", advance_s=DAY_S + 1)

    assert refusal(mona.is_sent(**tagged)) == (400, 10, 2018278)


def test_typing_shows_the_persona_until_the_message_comes(box, mona):
    persona = box.persona()
    answer = mona.is_sent(sender_action="typing_on", persona_id=persona)
    assert answer.json() == {"recipient_id": mona.psid}
    assert mona.thread()["typing"]["on"] is True
    assert mona.thread()["typing"]["persona"]["name"] == "Ana R."

    mona.is_sent(message={"text": "Hello"}, persona_id=persona)

    assert mona.thread()["typing"] == {"on": False, "persona": None}


def test_typing_ends_by_itself_after_twenty_seconds(box, mona):
    mona.is_sent(sender_action="TYPING_ON")
    box.post("/clock", advance_s=19)
    assert mona.thread()["typing"]["on"] is True

    box.post("/clock", advance_s=1)

    assert mona.thread()["typing"]["on"] is False


def test_typing_off_ends_typing(mona):
    mona.is_sent(sender_action="typing_on")
    mona.is_sent(sender_action="typing_off")

    assert mona.thread()["typing"]["on"] is False


def test_the_page_can_react_and_remove_the_reaction(mona):
    reaction = {"message_id": mona.messages()[0]["mid"], "reaction": "👍"}
    mona.is_sent(sender_action="react", payload=reaction)
    assert mona.messages()[0]["reaction"] == "👍"

    mona.is_sent(sender_action="unreact", payload=reaction)

    assert mona.messages()[0]["reaction"] is None


def test_a_persona_is_accepted_with_typing_and_no_other_sender_action(box, mona):
    answer = mona.is_sent(sender_action="mark_seen", persona_id=box.persona())

    assert refusal(answer) == (400, 100, None)


def test_an_attachment_is_downloaded_and_stored(box, mona):
    url = f"{box.url}/_sandbox/sample.png"
    mona.receives(attachment={"type": "image", "payload": {"url": url}})

    kept = mona.messages()[-1]["attachments"][0]

    assert kept["type"] == "image" and kept["url"] != url
    assert box.session.get(kept["url"]).content == box.session.get(url).content


@pytest.mark.parametrize(
    ("payload", "subcode"),
    [
        ({"url": "{box}/_sandbox/nothing"}, 2018008),
        ({"url": "{box}/"}, 2018047),
        ({"attachment_id": "1"}, 2018074),
        ({}, None),
    ],
)
def test_an_invalid_attachment_is_refused(box, mona, payload, subcode):
    payload = {key: value.format(box=box.url) for key, value in payload.items()}

    answer = mona.receives(attachment={"type": "image", "payload": payload})

    assert refusal(answer) == (400, 100, subcode)
    assert len(mona.messages()) == 1


def test_quick_replies_and_templates_show_in_the_thread(mona):
    replies = [{"content_type": "text", "title": "Yes", "payload": "YES"}]
    template = {
        "template_type": "button",
        "text": "Well?",
        "buttons": [{"type": "postback", "title": "A", "payload": "A"}],
    }
    mona.receives(text="Sure?", quick_replies=replies)
    mona.receives(attachment={"type": "template", "payload": template})

    _, asked, offered = mona.messages()

    assert asked["quick_replies"] == replies
    assert offered["template"] == template and offered["attachments"] == []


@pytest.mark.parametrize("encoding", ["json", "form", "multipart", "strings", "query"])
def test_a_message_may_be_written_in_any_encoding(box, mona, encoding):
    recipient, message = {"id": mona.psid}, {"text": "Grüße", "quick_replies": None}
    strings = {"recipient": json.dumps(recipient), "message": json.dumps(message), "persona_id": ""}
    options = {
        "json": {"json": {"recipient": recipient, "message": message, "sender_action": None, "tag": None}},
        "form": {"data": strings},
        "multipart": {"files": {name: (None, value) for name, value in strings.items()}},
        "strings": {"json": strings},
        "query": {"params": strings},
    }[encoding]

    assert box.graph("POST", "/v2.6/me/messages/", **options).status_code == 200
    assert mona.messages()[-1]["text"] == "Grüße"
