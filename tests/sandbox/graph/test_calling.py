"""Voice calls: ringing, accepted, ended, missed."""

import pytest

from sandbox.app import PAGE_ID, VERIFY_TOKEN

OFFER = {"sdp_type": "offer", "sdp": "v=0\r\n"}


@pytest.fixture
def call_id(receiver, mona):
    return mona.do("call")["call_id"]


def act(box, action, call_id, **more):
    return box.graph("POST", "/me/calls", json={"platform": "messenger", "call_id": call_id, "action": action, **more})


def test_a_voice_call_is_a_webhook_beside_messaging_with_times_in_seconds(box, receiver, mona, call_id):
    (call,) = receiver.wait_for_calls(1)

    assert call == {
        "id": call_id,
        "to": PAGE_ID,
        "from": mona.psid,
        "event": "connect",
        "timestamp": call["timestamp"],
        "call_direction": "user_initiated",
    }
    assert call_id.startswith("c_") and call["timestamp"] < 10**11
    entry = next(body["entry"][0] for body in receiver.bodies() if "calls" in body["entry"][0])
    assert "messaging" not in entry


def test_a_voice_call_that_no_app_accepts_ends_after_a_minute(box, mona, call_id, receiver):
    box.post("/clock", advance_s=61)

    assert [call["event"] for call in receiver.wait_for_calls(2)] == ["connect", "terminate"]
    assert mona.thread()["call"] is None


def test_an_accepted_voice_call_does_not_end_by_itself(box, mona, call_id, receiver):
    answer = act(box, "accept", call_id, session=OFFER).json()

    assert answer["success"] is True
    assert answer["session"]["sdp_response"]["sdp_type"] == "answer"
    box.post("/clock", advance_s=61)
    assert mona.thread()["call"] == {"id": call_id, "accepted": True}
    assert act(box, "terminate", call_id).json() == {"success": True}
    assert [call["event"] for call in receiver.wait_for_calls(2)] == ["connect", "terminate"]


@pytest.mark.parametrize("action", ["reject", "terminate", "TERMINATE"])
def test_an_app_of_the_page_ends_a_voice_call(box, mona, call_id, receiver, action):
    assert act(box, action, call_id).json() == {"success": True}

    assert receiver.wait_for_calls(2)[1]["event"] == "terminate"
    assert mona.thread()["call"] is None


def test_a_customer_ends_a_voice_call(box, mona, call_id, receiver):
    mona.do("hang_up")

    assert receiver.wait_for_calls(2)[1]["event"] == "terminate"
    assert box.control("POST", f"/customers/{mona.psid}/hang_up").status_code == 400


def test_a_customer_cannot_start_a_second_voice_call(box, mona, call_id):
    assert box.control("POST", f"/customers/{mona.psid}/call").status_code == 400


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"action": "accept"}, "call_id"),
        ({"call_id": "c_nobody", "action": "accept"}, "Invalid call_id"),
        ({"call_id": True, "action": "hold"}, "must be one of"),
        ({"call_id": True, "action": "accept"}, "SDP offer"),
        ({"call_id": True, "action": "accept", "session": {"sdp_type": "answer", "sdp": "v=0"}}, "SDP offer"),
    ],
)
def test_a_call_action_with_bad_parameters_is_refused(box, call_id, call, words):
    call = call | ({"call_id": call_id} if call.get("call_id") is True else {})

    answer = box.graph("POST", "/me/calls", json=call)

    assert answer.status_code == 400
    assert words in answer.json()["error"]["message"]


def test_a_voice_call_is_accepted_once_and_belongs_to_that_app(box, call_id, other_receiver):
    bot = {"app_id": "222", "secret": "s", "callback_url": other_receiver.url, "verify_token": VERIFY_TOKEN}
    token = box.post("/apps", **bot)["tokens"][PAGE_ID]
    assert act(box, "accept", call_id, session=OFFER).ok

    body = {"call_id": call_id, "action": "accept", "session": OFFER}
    again = box.graph("POST", "/me/calls", token, json=body).json()["error"]["message"]
    ended = box.graph("POST", "/me/calls", token, json=body | {"action": "terminate"}).json()["error"]["message"]

    assert "already accepted" in again
    assert "not the owner" in ended


def test_a_voice_call_that_is_over_cannot_be_accepted(box, mona, call_id):
    mona.do("hang_up")

    assert "has ended" in act(box, "accept", call_id, session=OFFER).json()["error"]["message"]
