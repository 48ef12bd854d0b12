"""A customer is removed from a webhook body, and everybody else stays."""

import json
from pathlib import Path

import pytest

from messenger import events

PAYLOADS = Path(__file__).parent.parent / "payloads"
PSID = "5557003111222333"


def body_with(*raws, **entry):
    return json.dumps({"object": "page", "entry": [{"id": "9", "time": 1, "messaging": list(raws)} | entry]})


def message(psid, mid):
    return {"sender": {"id": psid}, "recipient": {"id": "9"}, "timestamp": 1, "message": {"mid": mid, "text": "Hi"}}


def test_the_events_of_the_customer_go_and_those_of_others_stay():
    erased = events.erase(body_with(message(PSID, "m_1"), message("8", "m_2")), PSID)
    assert [event.mid for event in events.parse(erased.encode())] == ["m_2"]


def test_a_body_that_does_not_name_the_customer_stays_as_it_is():
    body = body_with(message("8" + PSID, "m_1"))
    assert events.erase(body, PSID) == body


def test_an_id_that_facebook_sent_as_a_number_is_found():
    assert PSID not in events.erase(body_with(message(int(PSID), "m_1")), PSID)


def test_ids_beside_the_lists_of_an_entry_are_removed_with_what_stands_there():
    erased = json.loads(events.erase(body_with(sender={"id": PSID}, call_permission_reply={"response": "yes"}), PSID))
    assert erased["entry"] == [{"id": "9", "time": 1}]


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*.json")), ids=lambda path: path.stem)
def test_every_kind_of_event_loses_its_customer(path):
    body = path.read_text()
    for psid in {event.psid for event in events.parse(body.encode()) if event.psid}:
        assert psid not in events.erase(body, psid)


def test_what_a_body_says_of_a_customer_is_found_without_the_others():
    body = body_with(message(PSID, "m_1"), message("8", "m_2"))
    assert [raw["message"]["mid"] for raw in events.about(body, PSID)] == ["m_1"]


def test_a_page_is_removed_from_a_body_about_several():
    entry = {"id": "8", "time": 1, "messaging": []}
    body = json.dumps({"object": "page", "entry": [{**entry, "id": "9"}, entry]})
    assert json.loads(events.without_page(body, "9"))["entry"] == [entry]
    assert events.without_page(body, "7") == body
    assert events.without_page(body_with(message(PSID, "m_1")), "9") == ""


def test_an_entry_that_is_no_object_stays_when_those_of_a_page_are_removed():
    body = json.dumps({"object": "page", "entry": [None, "x", {"id": "9"}]})
    assert json.loads(events.without_page(body, "9"))["entry"] == [None, "x"]


def test_a_body_of_any_depth_that_can_be_read_is_looked_through():
    deep = json.loads("[" * 900 + f'"{PSID}"' + "]" * 900)
    body = json.dumps({"object": "page", "entry": [{"id": "1", "messaging": [{"deep": deep}]}]})
    assert PSID not in events.erase(body, PSID)
