"""Automatic replies and their echoes."""

import pytest

from sandbox.app import PAGE_ID
from sandbox.world.conversation_routing import INBOX_APP_ID


@pytest.fixture
def reply(box):
    """Set up an automatic reply."""
    return lambda kind, text: box.post(f"/pages/{PAGE_ID}/automatic_replies", kind=kind, text=text)


def said(customer):
    return [message["text"] for message in customer.messages()]


def test_an_instant_reply_follows_the_first_message_only(box, receiver, reply):
    reply("instant_reply", "Thanks, we will be with you soon.")
    mona = box.customer()
    mona.say("Hello?")
    mona.say("Anybody?")

    assert said(mona) == ["Hello?", "Thanks, we will be with you soon.", "Anybody?"]
    echo = next(e["message"] for e in receiver.wait_for(4) if e.get("message", {}).get("is_echo"))
    assert (echo["text"], str(echo["app_id"])) == ("Thanks, we will be with you soon.", INBOX_APP_ID)


def test_an_away_message_is_sent_once_a_day(box, receiver, reply):
    reply("away", "We are closed.")
    mona = box.customer()
    mona.say("one")
    mona.say("two")
    box.post("/clock", advance_s=25 * 3600)
    mona.say("three")

    assert said(mona) == ["one", "We are closed.", "two", "three", "We are closed."]


@pytest.mark.parametrize("way", ["with words", "alone"])
def test_the_ad_welcome_precedes_the_first_message_and_names_no_app(box, receiver, reply, way):
    reply("ad_welcome", "Welcome to our sale!")
    mona = box.customer()
    referral = {"ref": "sale", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "6012"}
    if way == "alone":
        mona.say(referral=referral)
        mona.say("Hi")
    else:
        mona.say("Hi", referral=referral)

    assert said(mona) == ["Welcome to our sale!", "Hi"]
    echo = next(e["message"] for e in receiver.wait_for(3) if e.get("message", {}).get("is_echo"))
    assert "app_id" not in echo


def test_a_customer_who_came_by_a_link_gets_no_ad_welcome(box, reply):
    reply("ad_welcome", "Welcome to our sale!")
    mona = box.customer()
    mona.say("Hi", referral={"ref": "x", "source": "SHORTLINK", "type": "OPEN_THREAD"})

    assert said(mona) == ["Hi"]


def test_an_automatic_reply_does_not_change_thread_control(box, receiver, reply):
    box.post(f"/pages/{PAGE_ID}/default_app", app_id=box.world()["apps"][0]["id"])
    reply("instant_reply", "Thanks!")
    mona = box.customer()
    mona.say("Hello?")

    assert mona.thread()["owner_app_id"] == box.world()["apps"][0]["id"]


def test_an_automatic_reply_can_be_switched_off(box, reply):
    reply("away", "We are closed.")
    assert box.world()["pages"][0]["automatic_replies"] == {"away": "We are closed."}

    reply("away", None)

    mona = box.customer()
    mona.say("Hello?")
    assert said(mona) == ["Hello?"]
    assert (
        box.control("POST", f"/pages/{PAGE_ID}/automatic_replies", {"kind": "rude", "text": "No."}).status_code == 400
    )
