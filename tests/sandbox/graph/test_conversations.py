"""The Conversations API: lists, fields, pagination."""

import pytest

from sandbox.app import PAGE_ID


@pytest.fixture
def conversation(mona):
    return f"t_{mona.psid}"


def get(box, path, **query):
    answer = box.graph("GET", path, params=query)
    assert answer.ok, answer.text
    return answer.json()


def test_conversations_are_listed_newest_first_with_the_requested_fields(box, mona, conversation):
    tom = box.customer("Tom Okafor")
    tom.say("Hi")
    box.customer("Silent Sue")

    listed = get(box, "/me/conversations", platform="MESSENGER", fields="id,message_count,participants,snippet")["data"]

    assert [row["id"] for row in listed] == [f"t_{tom.psid}", conversation]
    assert listed[1]["message_count"] == 1
    assert listed[1]["snippet"] == "Where is my parcel?"
    assert [who["id"] for who in listed[1]["participants"]["data"]] == [mona.psid, PAGE_ID]
    assert listed[1]["participants"]["data"][0]["email"] == f"{mona.psid}@facebook.com"


def test_a_conversation_is_found_by_user_id(box, mona, conversation):
    box.customer("Tom Okafor").say("Hi")

    listed = get(box, "/me/conversations", user_id=mona.psid)["data"]

    assert [row["id"] for row in listed] == [conversation]
    assert set(listed[0]) == {"id", "link", "updated_time"}
    assert get(box, "/me/conversations", platform="instagram") == {"data": []}


def test_a_conversation_answers_can_reply_and_is_owner(box, mona, conversation):
    fields = "unread_count,can_reply,is_owner"
    assert get(box, f"/{conversation}", fields=fields) == {
        "id": conversation,
        "unread_count": 1,
        "can_reply": True,
        "is_owner": True,
    }
    mona.is_sent(sender_action="mark_seen")
    box.post("/clock", advance_s=25 * 3600)

    assert get(box, f"/{conversation}", fields=fields) | {"id": ""} == {
        "id": "",
        "unread_count": 0,
        "can_reply": False,
        "is_owner": True,
    }


def test_a_listed_message_names_its_sender_but_no_persona(box, mona):
    mid = mona.is_sent(message={"text": "On its way"}, persona_id=box.persona()).json()["message_id"]

    message = get(box, f"/{mid}", fields="id,created_time,from,to,message,persona")

    assert message["message"] == "On its way"
    assert message["from"] == {"name": "Bluebird Tea", "email": f"{PAGE_ID}@facebook.com", "id": PAGE_ID}
    assert [who["id"] for who in message["to"]["data"]] == [mona.psid]
    assert message["created_time"].endswith("+0000")
    assert "persona" not in message
    assert set(get(box, f"/{mid}")) == {"id", "created_time"}


def test_only_the_twenty_newest_messages_are_readable(box, mona, conversation):
    mids = [mona.messages()[0]["mid"], *(mona.say(str(number)) for number in range(20))]

    rows = get(box, f"/{conversation}/messages", fields="message,from")["data"]

    assert [row["id"] for row in rows] == mids[::-1]
    assert [("message" in row) for row in rows] == [True] * 20 + [False]
    assert get(box, f"/{mids[1]}", fields="message")["message"] == "0"
    refused = box.graph("GET", f"/{mids[0]}").json()["error"]
    assert refused["code"] == 9000001


def test_messages_within_a_conversation_are_paginated(box, mona, conversation):
    for number in range(3):
        mona.say(str(number))

    inner = get(box, f"/{conversation}", fields="messages.limit(2){message,created_time},updated_time")["messages"]
    more = box.session.get(inner["paging"]["next"]).json()

    assert [row["message"] for row in inner["data"] + more["data"]] == ["2", "1", "0", "Where is my parcel?"]
    assert "next" not in more["paging"]


def test_a_page_of_messages_within_a_conversation_begins_after_a_cursor(box, mona, conversation):
    for number in range(3):
        mona.say(str(number))
    first = get(box, f"/{conversation}", fields="messages.limit(2){message}")["messages"]

    after = first["paging"]["cursors"]["after"]
    inner = get(box, f"/{conversation}", fields=f"messages.limit(2).after({after}){{message}}")["messages"]

    assert [row["message"] for row in inner["data"]] == ["0", "Where is my parcel?"]
    assert "next" not in inner["paging"]


def test_listed_attachments_have_their_url_and_type(box, mona):
    picture = {"type": "image", "payload": {"url": f"{box.url}/_sandbox/sample.png"}}
    mid = mona.receives(attachment=picture).json()["message_id"]

    (file,) = get(box, f"/{mid}", fields="attachments")["attachments"]["data"]

    assert file["mime_type"] == "image/png"
    assert box.session.get(file["image_data"]["url"]).ok


@pytest.mark.parametrize("path", ["/t_1", "/m_1", "/t_1/messages"])
def test_an_unknown_conversation_or_message_does_not_exist(box, path):
    assert box.graph("GET", path).json()["error"]["error_subcode"] == 33
