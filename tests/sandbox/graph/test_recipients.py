"""Recipients named by something other than their id, and replies to one message."""

import json

import pytest


def send(box, recipient, **more):
    body = {"recipient": recipient, "message": {"text": "Hello"}} | more
    return box.graph("POST", "/me/messages", json=body)


def customers(box):
    return box.control("GET", "/customers").json()["customers"]


@pytest.mark.parametrize(
    "recipient",
    [
        {"phone_number": "+1(212)555-2368", "name": {"first_name": "Tom", "last_name": "Okafor"}},
        {"post_id": "102_99"},
        {"comment_id": "99_7"},
        {"one_time_notif_token": "tok"},
        {"notification_messages_token": "tok"},
    ],
)
def test_a_recipient_may_be_named_in_other_ways_than_by_id(box, recipient):
    answer = send(box, recipient).json()

    (who,) = customers(box)
    assert answer["recipient_id"] == who["psid"]
    thread = box.control("GET", f"/customers/{who['psid']}/thread").json()
    assert [m["text"] for m in thread["messages"]] == ["Hello"]


def test_a_send_to_a_user_ref_is_answered_without_recipient_id(box):
    assert set(send(box, {"user_ref": "u1"}).json()) == {"message_id"}


def test_a_phone_number_reaches_the_same_person_again(box):
    first, second = (send(box, {"phone_number": "+1"}).json()["recipient_id"] for _ in range(2))

    assert first == second and len(customers(box)) == 1


@pytest.mark.parametrize(("recipient", "code"), [({"comment_id": "9"}, 10900), ({"one_time_notif_token": "t"}, 100)])
def test_a_comment_post_or_token_can_be_replied_to_once(box, recipient, code):
    assert send(box, recipient).ok
    assert send(box, recipient).json()["error"]["code"] == code


def test_the_recipient_may_be_a_json_string(box, mona):
    answer = send(box, json.dumps({"id": mona.psid}), message=json.dumps({"text": "Hi"}))

    assert answer.json()["recipient_id"] == mona.psid


def test_an_answer_to_one_message_names_it(box, receiver, mona):
    mid = mona.messages()[0]["mid"]

    assert mona.is_sent(message={"text": "This one?"}, reply_to={"mid": mid}).ok

    assert mona.messages()[-1]["reply_to"] == mid
    assert receiver.wait_for(2, "message")[1]["message"]["reply_to"] == {"mid": mid}
    assert mona.is_sent(message={"text": "Which?"}, reply_to={"mid": "m_x"}).json()["error"]["code"] == 100


def test_an_unknown_notification_type_is_refused(mona):
    assert mona.is_sent(message={"text": "Psst"}, notification_type="SILENT_PUSH").ok
    assert mona.is_sent(message={"text": "Hey"}, notification_type="SHOUT").json()["error"]["code"] == 100


def test_a_message_with_text_and_attachment_is_refused(box, mona):
    picture = {"type": "image", "payload": {"url": f"{box.url}/_sandbox/sample.png"}}

    assert mona.receives(text="Look", attachment=picture).json()["error"]["code"] == 100
