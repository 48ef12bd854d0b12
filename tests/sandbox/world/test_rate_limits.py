"""Rate limits, usage headers, and restricted Pages."""

import json

import pytest

from sandbox.app import PAGE_ID


def codes(answers):
    return [answer.json().get("error", {}).get("code") for answer in answers]


def test_without_rate_limits_there_are_no_usage_headers(box):
    headers = box.graph("GET", "/me").headers

    assert "X-App-Usage" not in headers and "X-Business-Use-Case-Usage" not in headers


def test_an_app_over_its_rate_limit_is_refused(box):
    box.post("/rate_limits", app={"calls": 2})

    answers = [box.graph("GET", "/me") for _ in range(3)]

    assert codes(answers) == [None, None, 4]
    assert answers[2].json()["error"]["is_transient"] is True
    usage = [json.loads(answer.headers["X-App-Usage"])["call_count"] for answer in answers]
    assert usage == [50, 100, 100]
    box.post("/clock", advance_s=3600)
    assert box.graph("GET", "/me").ok


def test_a_page_over_its_rate_limit_is_refused_with_the_time_to_wait(box):
    box.post("/rate_limits", page={"calls": 1, "per_s": 600})

    answers = [box.graph("GET", "/me") for _ in range(2)]

    assert codes(answers) == [None, 80006]
    (usage,) = json.loads(answers[1].headers["X-Business-Use-Case-Usage"])[PAGE_ID]
    assert usage["type"] == "messenger"
    assert usage["call_count"] == 100
    assert usage["estimated_time_to_regain_access"] == 10


def test_an_edge_over_its_rate_limit_is_refused(box, mona):
    box.post("/rate_limits", edges={"messages": {"calls": 1, "per_s": 1}})

    assert codes([mona.receives(text="one"), mona.receives(text="two"), box.graph("GET", "/me")]) == [None, 613, None]


def test_rate_limits_count_each_call_of_a_batch(box):
    box.post("/rate_limits", app={"calls": 2})
    batch = {"batch": [{"method": "GET", "relative_url": "me"}] * 3}

    answer = box.graph("POST", "/", json=batch).json()

    assert [item["code"] for item in answer] == [200, 200, 400]
    assert "X-App-Usage" in [header["name"] for header in answer[0]["headers"]]


def test_usage_headers_can_be_set_to_any_value(box):
    box.post("/rate_limits", usage={"app": 85, "page": 92, "minutes": 5})

    headers = box.graph("GET", "/me").headers

    assert json.loads(headers["X-App-Usage"])["call_count"] == 85
    (usage,) = json.loads(headers["X-Business-Use-Case-Usage"])[PAGE_ID]
    assert (usage["call_count"], usage["estimated_time_to_regain_access"]) == (92, 5)
    box.post("/rate_limits")
    assert "X-App-Usage" not in box.graph("GET", "/me").headers


@pytest.mark.parametrize("body", [{"app": {"calls": 0}}, {"app": {"per_s": 5}}, {"page": 5}, {"usage": {"cpu": 1}}])
def test_invalid_rate_limits_are_refused(box, body):
    assert box.control("POST", "/rate_limits", body).status_code == 400


def test_a_restricted_page_cannot_send_and_its_apps_get_the_reason(box, receiver, mona):
    receiver.wait_for(1)
    box.post(f"/pages/{PAGE_ID}/restrict", on=True, reason="Spam reports")

    error = mona.receives(text="Hi").json()["error"]

    assert (error["code"], error["error_subcode"]) == (10, 1893063)
    event = receiver.wait_for(1, "policy_enforcement")[0]
    assert event["policy_enforcement"] == {"action": "block", "reason": "Spam reports"}
    assert "sender" not in event
    box.post(f"/pages/{PAGE_ID}/restrict", on=False)
    assert mona.receives(text="Hi").ok
    assert receiver.wait_for(2, "policy_enforcement")[1]["policy_enforcement"] == {"action": "unblock"}
