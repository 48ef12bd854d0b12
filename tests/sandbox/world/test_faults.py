"""Faults: errors, delays and dropped connections."""

import time

import pytest
import requests

from sandbox.app import PAGE_ID


def test_a_fault_matches_the_given_number_of_times(box):
    assert "id" in box.post("/faults", match={}, times=2)

    answers = [box.graph("GET", "/me") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [500, 500, 200]
    error = answers[0].json()["error"]
    assert (error["code"], error["type"], error["is_transient"]) == (2, "OAuthException", True)


def test_a_fault_can_have_any_error(box):
    box.post("/faults", match={"path": "/personas"}, status=400, error={"code": 368, "error_subcode": 1346003})

    answer = box.graph("GET", "/me/personas")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 368, 1346003)
    assert "is_transient" not in error


@pytest.mark.parametrize(
    ("match", "is_hit"),
    [
        ({"path": "/messages"}, True),
        ({"path": "/me/mess*"}, True),
        ({"path": f"/{PAGE_ID}/*"}, False),
        ({"path": "v27.0"}, False),
        ({"method": "post"}, True),
        ({"method": "GET"}, False),
        ({"body": "typing_on"}, True),
        ({"body": "typing_off"}, False),
        ({"method": "POST", "path": "/personas"}, False),
    ],
)
def test_a_fault_affects_only_the_calls_that_it_matches(box, mona, match, is_hit):
    box.post("/faults", match=match)

    answer = mona.is_sent(sender_action="typing_on")

    assert answer.status_code == (500 if is_hit else 200)


def test_a_fault_of_rate_zero_never_matches(box):
    box.post("/faults", match={}, rate=0)

    assert box.graph("GET", "/me").status_code == 200


def test_a_fault_with_only_a_delay_answers_no_error(box):
    box.post("/faults", match={}, delay_s=0.2)
    began = time.monotonic()

    assert box.graph("GET", "/me").status_code == 200
    assert time.monotonic() - began >= 0.2


def test_a_connection_dropped_before_the_call_has_no_effect(box, mona):
    box.post("/faults", match={"path": "/messages"}, times=1, drop="before")

    with pytest.raises(requests.ConnectionError):
        mona.receives(text="Hello")

    assert len(mona.messages()) == 1
    note = box.requests()[-1]
    assert (note["path"], note["status"], note["response"]) == ("/v27.0/me/messages", None, None)


def test_a_connection_dropped_after_the_call_has_its_effect(box, receiver, mona):
    receiver.wait_for(1)
    box.post("/faults", match={"path": "/messages"}, times=1, drop="after")

    with pytest.raises(requests.ConnectionError):
        mona.receives(text="Hello", metadata="job:1")

    assert mona.messages()[-1]["text"] == "Hello"
    assert receiver.wait_for(3)[1]["message"]["metadata"] == "job:1"


def test_faults_of_the_sandbox_can_be_cleared(box):
    box.post("/faults", match={})

    box.control("DELETE", "/faults")

    assert box.graph("GET", "/me").status_code == 200
