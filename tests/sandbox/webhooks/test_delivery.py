"""Webhook delivery: signed, escaped, in order, each with its own retries."""

import json
import time

import pytest

from messenger.events import serialize
from messenger.webhook_signature import sign, sign_sha1
from sandbox.app import APP_ID, APP_SECRET, PAGE_ID, VERIFY_TOKEN
from sandbox.webhooks import delivery

# The reference vector of the Messenger Platform's signature, for the secret `test_app_secret`.
VECTOR = (
    rb'{"object":"page","entry":[{"id":"102030405060708","time":1790000000123,"messaging":[{"sender":{"id":'
    rb'"7001002003004005"},"recipient":{"id":"102030405060708"},"timestamp":1790000000000,"message":{"mid":"m_demo1",'
    rb'"text":"Gr\u00fc\u00dfe \ud83d\udc4b https:\/\/ex.am\/p"}}]}]}'
)
VECTOR_SIGNATURE = "sha256=31bbc48bc30c8b8a4d7d7a14c9be5bea278ace528bfd6c3a046d06620e9e5da6"


def test_webhook_bodies_are_serialized_and_signed_like_facebooks():
    assert serialize(json.loads(VECTOR)) == VECTOR
    assert sign(VECTOR, "test_app_secret") == VECTOR_SIGNATURE


def test_a_webhook_carries_both_signatures_of_its_raw_bytes(box, receiver):
    box.customer().say("Grüße 👋 https://ex.am/p")
    receiver.wait_for(1)

    headers, raw = receiver.posts[0]

    assert rb"Gr\u00fc\u00dfe \ud83d\udc4b https:\/\/ex.am\/p" in raw
    assert headers["X-Hub-Signature-256"] == sign(raw, APP_SECRET)
    assert headers["X-Hub-Signature"] == sign_sha1(raw, APP_SECRET)
    assert headers["Content-Type"] == "application/json"
    assert headers["User-Agent"] == "facebookexternalua"


def test_each_webhook_body_has_one_entry_with_one_event(box, receiver, mona):
    mona.receives(text="Hi")
    receiver.wait_for(3)

    for body in receiver.bodies():
        assert body["object"] == "page"
        assert [entry["id"] for entry in body["entry"]] == [PAGE_ID]
        assert len(body["entry"][0]["messaging"]) == 1


def test_a_burst_of_webhooks_arrives_in_order(box, receiver):
    mona = box.customer()
    for number in range(100):
        mona.say(str(number))

    events = receiver.wait_for(100)

    assert [event["message"]["text"] for event in events] == [str(number) for number in range(100)]


def test_a_failed_webhook_is_retried_while_others_are_delivered(box, receiver):
    receiver.answers = [500]
    mona = box.customer()
    mona.say("one")
    mona.say("two")

    events = receiver.wait_for(3)

    assert [event["message"]["text"] for event in events] == ["one", "two", "one"]


def test_an_app_that_always_refuses_one_event_still_gets_others(box, receiver):
    """An example is a bot that answers 500 to an event without a sender."""
    receiver.refuses = b"app_roles"
    mona = box.customer()
    box.post(f"/pages/{PAGE_ID}/default_app", app_id=APP_ID)
    for number in range(20):
        mona.say(str(number))

    receiver.wait_for(20, "message")
    receiver.wait_for(3, "app_roles")
    assert box.world()["counts"]["webhooks_waiting"] == 1


def test_a_webhook_refused_for_an_hour_unsubscribes_the_app_despite_other_deliveries(box, receiver):
    receiver.refuses = b"app_roles"
    mona = box.customer()
    box.post(f"/pages/{PAGE_ID}/default_app", app_id=APP_ID)
    mona.say("This one passes")
    receiver.wait_for(1, "message")
    receiver.wait_for(1, "app_roles")

    box.post("/clock", advance_s=3601)

    receiver.until(lambda: box.world()["apps"][0]["subscriptions"] == {})
    assert box.world()["counts"]["webhooks_waiting"] == 0


def test_each_failed_webhook_is_retried_for_an_hour_of_its_own(box, receiver):
    receiver.refuses = b"message"
    mona = box.customer()
    mona.say("one")
    receiver.wait_for(1)
    box.post("/clock", advance_s=3000)
    receiver.wait_for(2)
    receiver.refuses = b"two"
    receiver.until(lambda: box.world()["counts"]["webhooks_waiting"] == 0)
    mona.say("two")
    receiver.until(lambda: box.world()["counts"]["webhooks_waiting"] == 1)

    box.post("/clock", advance_s=700)

    receiver.until(lambda: receiver.events()[-1]["message"]["text"] == "two")
    assert box.world()["apps"][0]["subscriptions"] != {}


def test_a_webhook_answered_other_than_200_is_retried(box, receiver):
    receiver.answers = [201]
    box.customer().say("one")

    assert len(receiver.wait_for(2)) == 2


def test_an_hour_of_failed_webhooks_unsubscribes_the_app(box, receiver):
    receiver.answers = [500] * 100
    mona = box.customer()
    mona.say("one")
    receiver.wait_for(1)

    box.post("/clock", advance_s=3601)

    receiver.until(lambda: box.world()["apps"][0]["subscriptions"] == {})
    receiver.answers = []
    mona.say("nobody hears this")
    box.graph("POST", "/me/subscribed_apps", json={"subscribed_fields": ["messages"]})
    mona.say("back again")
    receiver.until(lambda: receiver.events()[-1]["message"]["text"] == "back again")
    assert "nobody hears this" not in str(receiver.bodies())


def test_webhooks_can_be_duplicated(box, receiver):
    box.post("/webhooks", duplicate=True)
    mona = box.customer()
    mona.say("one")
    mona.say("two")

    receiver.wait_for(4)

    raws = [raw for _, raw in receiver.posts]
    assert raws[0] == raws[1] != raws[2] == raws[3]


def test_webhooks_can_be_shuffled(box, receiver):
    box.post("/webhooks", pause=True, shuffle=True)
    mona = box.customer()
    said = [mona.say(str(number)) for number in range(30)]

    box.post("/webhooks", pause=False)

    received = [event["message"]["mid"] for event in receiver.wait_for(30)]
    assert received != said
    assert sorted(received) == sorted(said)


def test_webhooks_can_be_paused(box, receiver):
    box.post("/webhooks", pause=True)
    box.customer().say("one")
    time.sleep(0.1)
    assert receiver.posts == []
    assert box.world()["counts"]["webhooks_waiting"] == 1

    box.post("/webhooks", pause=False)

    receiver.wait_for(1)


def test_webhooks_can_be_delayed(box, receiver):
    box.post("/webhooks", delay_s=0.2)
    began = time.monotonic()
    box.customer().say("one")

    receiver.wait_for(1)

    assert time.monotonic() - began >= 0.2


def test_a_reset_drops_undelivered_webhooks(box, receiver):
    box.post("/webhooks", pause=True)
    box.customer().say("one")

    box.post("/reset")

    time.sleep(0.1)
    assert receiver.posts == []


def test_a_webhook_without_an_answer_times_out_and_is_retried(box, receiver, monkeypatch):
    monkeypatch.setattr(delivery, "TIMEOUT_S", 0.2)
    receiver.stalls = [1]
    box.customer().say("one")

    assert len(receiver.wait_for(2)) == 2


def test_a_redirect_by_a_webhook_is_not_followed(box, receiver):
    receiver.answers = [302]
    box.customer().say("one")

    assert len(receiver.wait_for(2)) == 2


def test_several_entries_may_share_one_webhook_body(box, receiver):
    box.post("/webhooks", pause=True, entries=3)
    mona = box.customer()
    for number in range(4):
        mona.say(str(number))

    box.post("/webhooks", pause=False)

    events = receiver.wait_for(4)
    assert [event["message"]["text"] for event in events] == ["0", "1", "2", "3"]
    assert [len(body["entry"]) for body in receiver.bodies()] == [3, 1]


def test_a_long_queue_of_webhooks_is_batched(box, receiver, monkeypatch):
    monkeypatch.setattr(delivery, "BATCH_ABOVE", 5)
    box.post("/webhooks", pause=True)
    mona = box.customer()
    said = [mona.say(str(number)) for number in range(10)]

    box.post("/webhooks", pause=False)

    assert [event["message"]["mid"] for event in receiver.wait_for(10)] == said
    assert len(receiver.posts) == 1


def test_two_apps_get_the_same_event_with_their_own_signatures(box, receiver, other_receiver):
    bot = {"app_id": "222", "secret": "bot-secret", "callback_url": other_receiver.url, "verify_token": VERIFY_TOKEN}
    box.post("/apps", **bot)
    box.customer().say("Hi")
    receiver.wait_for(1), other_receiver.wait_for(1)

    (headers, raw), (other_headers, other_raw) = receiver.posts[0], other_receiver.posts[0]

    assert headers["X-Hub-Signature-256"] == sign(raw, APP_SECRET)
    assert other_headers["X-Hub-Signature-256"] == sign(other_raw, "bot-secret")


@pytest.mark.parametrize("way", ["chunked", "closing", "no length"])
def test_a_webhook_may_answer_in_any_form_of_http(box, receiver, way):
    receiver.way = way
    mona = box.customer()
    mona.say("one")
    mona.say("two")

    assert [event["message"]["text"] for event in receiver.wait_for(2)] == ["one", "two"]
    receiver.until(lambda: box.world()["counts"]["webhooks_waiting"] == 0)
    assert len(receiver.posts) == 2
