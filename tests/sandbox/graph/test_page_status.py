"""The status of a Page, as a call and as webhooks."""

import pytest

from sandbox.app import PAGE_ID, PAGE_TOKEN

VIOLATION = {"type": "CYBERSECURITY", "description": "It asks for passwords.", "url": "https://example.com/help"}
RESTRICTION = {"feature": "page_messaging_api", "status": "active", "applied_time": 1790000000}


def restrict(box, **more):
    return box.post(f"/pages/{PAGE_ID}/integrity", status="restricted", violations=[VIOLATION], **more)


@pytest.mark.parametrize("edge", ["pages_status", "page_status"])
def test_a_page_answers_its_status_and_violations(box, edge):
    assert box.graph("GET", f"/me/{edge}").json()["status"] == "ok"

    restrict(box, restrictions=[RESTRICTION])

    facts = box.graph("GET", f"/{PAGE_ID}/{edge}").json()
    assert (facts["id"], facts["status"]) == (PAGE_ID, "restricted")
    assert (facts["violations"], facts["restrictions"], facts["action_events"]) == ([VIOLATION], [RESTRICTION], [])


def test_the_status_of_a_page_needs_a_permission(box):
    box.post("/tokens", token=PAGE_TOKEN, scopes=["pages_messaging"])

    assert box.graph("GET", "/me/pages_status").json()["error"]["code"] == 230


def test_a_change_of_page_status_is_a_business_integrity_webhook(box, receiver):
    box.graph("POST", "/me/subscribed_apps", json={"subscribed_fields": ["business_integrity"]})

    restrict(box)

    (entry,) = receiver.until(receiver.bodies)[0]["entry"]
    (change,) = entry["changes"]
    assert change["field"] == "business_integrity"
    assert (change["value"]["status"], change["value"]["violations"]) == ("restricted", [VIOLATION])
    assert change["value"]["timestamp"] < 10**11  # seconds


def test_a_change_of_page_status_is_a_messaging_event_without_sender(box, receiver):
    box.graph("POST", "/me/subscribed_apps", json={"subscribed_fields": ["messaging_integrity"]})

    restrict(box)

    (event,) = receiver.wait_for(1)
    assert event["status"] == "restricted"
    assert "sender" not in event and "recipient" not in event


def test_a_page_status_of_ok_removes_all_details(box, receiver):
    box.graph("POST", "/me/subscribed_apps", json={"subscribed_fields": ["messaging_integrity"]})
    restrict(box)

    box.post(f"/pages/{PAGE_ID}/integrity", status="ok")

    assert [event["status"] for event in receiver.wait_for(2)] == ["restricted", "ok"]
    assert box.graph("GET", "/me/pages_status").json()["violations"] == []


@pytest.mark.parametrize("body", [{}, {"status": "fine"}, {"status": "ok", "violations": "none"}, {"state": "ok"}])
def test_an_unknown_page_status_is_refused_and_changes_nothing(box, body):
    assert box.control("POST", f"/pages/{PAGE_ID}/integrity", body).status_code == 400
    assert box.graph("GET", "/me/pages_status").json()["status"] == "ok"
