"""Tokens, plain objects, subscriptions, and the request log without secrets."""

import http.client
import json
import time
from urllib.parse import urlsplit

import pytest

from messenger.appsecret_proof import appsecret_proof
from sandbox.app import APP_ID, APP_SECRET, PAGE_ID, PAGE_TOKEN, VERIFY_TOKEN

APP_TOKEN = f"{APP_ID}|{APP_SECRET}"


def error(answer):
    body = answer.json()["error"]
    return answer.status_code, body["type"], body["code"], body.get("error_subcode")


def test_a_call_without_a_token_is_refused(box):
    assert error(box.graph("GET", "/me", token=None)) == (400, "OAuthException", 104, None)


def test_an_unknown_token_is_refused(box):
    assert error(box.graph("GET", "/me", "EAAWRONGTOKEN")) == (400, "OAuthException", 190, None)


def test_a_broken_body_is_refused(box):
    answer = box.graph("POST", "/me/messages", data="{not json", params={})

    assert error(answer) == (400, "OAuthException", 100, None)


@pytest.mark.parametrize("path", ["/999", "/999/messages", f"/{PAGE_ID}/nothing", "/me/messages"])
def test_an_unknown_object_is_an_unsupported_request(box, path):
    assert error(box.graph("GET", path)) == (400, "GraphMethodException", 100, 33)


@pytest.mark.parametrize("path", ["/pagee/messages", "/me/personas/1/2"])
def test_an_unknown_path_is_not_found(box, path):
    assert error(box.graph("GET", path)) == (404, "OAuthException", 803, None)


def test_a_wrong_appsecret_proof_is_refused(box):
    right = {"appsecret_proof": appsecret_proof(PAGE_TOKEN, APP_SECRET)}
    assert box.graph("GET", "/me", params=right).status_code == 200

    wrong = box.graph("GET", "/me", params={"appsecret_proof": "0" * 64})

    assert error(wrong) == (400, "GraphMethodException", 100, None)


def test_appsecret_proof_is_ignored_for_debug_token(box):
    query = {"input_token": PAGE_TOKEN, "appsecret_proof": "0" * 64}

    facts = box.graph("GET", "/debug_token", APP_TOKEN, params=query).json()["data"]

    assert facts["is_valid"] is True
    assert (facts["app_id"], facts["profile_id"], facts["expires_at"]) == (APP_ID, PAGE_ID, 0)
    assert "pages_messaging" in facts["scopes"]


def test_debug_token_describes_an_invalid_token(box):
    facts = box.graph("GET", "/debug_token", APP_TOKEN, params={"input_token": "x"}).json()["data"]

    assert facts["is_valid"] is False
    assert facts["error"]["code"] == 190


@pytest.mark.parametrize("way", ["header", "query", "form", "json"])
def test_the_token_may_be_in_header_query_or_body(box, mona, way):
    call = {"recipient": json.dumps({"id": mona.psid}), "message": json.dumps({"text": "Hi"})}
    with_token = call | {"access_token": PAGE_TOKEN}
    token = PAGE_TOKEN if way == "header" else None
    options = {
        "header": {"json": call},
        "query": {"json": call, "params": {"access_token": PAGE_TOKEN}},
        "form": {"data": with_token},
        "json": {"json": with_token},
    }[way]

    assert box.graph("POST", "/me/messages", token, **options).status_code == 200


def test_a_connection_stays_open_longer_than_five_seconds(box):
    """Programs keep theirs for the next call, and few try again when it was closed meanwhile."""
    connection = http.client.HTTPConnection(urlsplit(box.url).netloc, timeout=5)
    connection.request("GET", "/_sandbox/world")
    connection.getresponse().read()

    time.sleep(6)  # a server of our kind closes after five unless told otherwise

    connection.request("GET", "/_sandbox/world")
    assert connection.getresponse().status == 200


@pytest.mark.parametrize("path", ["/me", f"/{PAGE_ID}", "/v6.0/me/", f"/v27.0/{PAGE_ID}/"])
def test_the_page_answers_its_id_and_name(box, path):
    assert box.graph("GET", path).json() == {"id": PAGE_ID, "name": "Bluebird Tea"}


def test_a_profile_has_only_the_requested_fields(box, mona):
    profile = box.graph("GET", f"/{mona.psid}", params={"fields": "first_name,profile_pic,locale"}).json()

    assert set(profile) == {"first_name", "profile_pic", "id"}
    assert profile["first_name"] == "Mona"
    assert box.session.get(profile["profile_pic"]).headers["Content-Type"] == "image/png"


def test_an_app_gets_only_the_fields_subscribed_for_the_page(box, receiver, mona):
    receiver.wait_for(1)
    box.graph("POST", "/me/subscribed_apps", params={"subscribed_fields": "messages,message_echoes"})

    mona.receives(text="No delivery for this one")
    mona.say("The end")

    assert receiver.wait_for(3)[2]["message"]["text"] == "The end"
    listed = box.graph("GET", "/me/subscribed_apps").json()["data"]
    assert [(app["id"], app["subscribed_fields"]) for app in listed] == [(APP_ID, ["messages", "message_echoes"])]


def test_a_page_without_a_subscription_sends_no_webhooks(box, receiver):
    mona = box.customer()
    assert box.graph("DELETE", "/me/subscribed_apps").json() == {"success": True}
    mona.say("Nobody hears this")

    box.graph("POST", "/me/subscribed_apps", json={"subscribed_fields": ["messages"]})
    mona.say("But this")

    assert [event["message"]["text"] for event in receiver.wait_for(1)] == ["But this"]


def test_subscribing_to_a_misspelt_field_is_refused(box):
    answer = box.graph("POST", "/me/subscribed_apps", params={"subscribed_fields": "messaging_handover"})

    assert error(answer) == (400, "OAuthException", 100, None)


def subscribe_app(box, url, verify_token=VERIFY_TOKEN):
    query = {"object": "page", "callback_url": url, "verify_token": verify_token, "fields": "messages"}
    return box.graph("POST", f"/v27.0/{APP_ID}/subscriptions", APP_TOKEN, params=query)


def test_an_app_sets_its_webhook_and_its_fields(box, receiver, mona):
    assert subscribe_app(box, receiver.url).json() == {"success": True}
    receiver.wait_for(1)
    mona.receives(text="No echo for this one")
    mona.say("The end")

    receiver.until(lambda: receiver.events()[-1]["message"]["text"] == "The end")
    assert len(receiver.posts) == 2
    listed = box.graph("GET", f"/{APP_ID}/subscriptions", APP_TOKEN).json()["data"][0]
    assert (listed["callback_url"], [field["name"] for field in listed["fields"]]) == (receiver.url, ["messages"])


def test_a_webhook_that_does_not_verify_is_refused(box, receiver):
    answer = subscribe_app(box, receiver.url, "wrong")

    assert answer.json()["error"]["code"] == 2200


def test_every_request_is_logged_with_a_number(box, mona):
    mona.receives(text="Hi")
    box.graph("GET", "/v27.0/me", params={"fields": "id"})

    first, second = box.requests()

    assert (first["n"], first["method"], first["path"], first["status"]) == (1, "POST", "/v27.0/me/messages", 200)
    assert first["body"] == {"recipient": {"id": mona.psid}, "message": {"text": "Hi"}}
    assert first["response"]["recipient_id"] == mona.psid
    assert (second["query"], second["at"] >= first["at"]) == ({"fields": "id"}, True)
    assert [note["n"] for note in box.requests(since=1)] == [2]


def test_no_secret_is_readable_in_the_request_log(box, mona):
    ids = [box.persona(f"Agent {n}") for n in range(2)]
    box.graph("GET", "/me/personas", params={"limit": 1, "access_token": PAGE_TOKEN})
    box.graph("GET", "/debug_token", None, params={"input_token": PAGE_TOKEN, "access_token": APP_TOKEN})
    box.graph("GET", "/debug_token", None, params={"input_token": "EAAFOREIGN123", "access_token": "12345|abc"})
    box.graph("POST", "/me/messages", None, json={"access_token": PAGE_TOKEN, "message": {"text": f"see {PAGE_TOKEN}"}})
    box.graph("POST", "/me/messages", None, data={"access_token": "EAAFOREIGN123", "message": "x"})
    subscribe_app(box, f"http://127.0.0.1:1/?access_token={PAGE_TOKEN}")

    notes = json.dumps(box.requests())

    for secret in (PAGE_TOKEN, APP_SECRET, "EAAFOREIGN123", "12345|abc", VERIFY_TOKEN):
        assert secret not in notes
    assert ids[0] in notes
