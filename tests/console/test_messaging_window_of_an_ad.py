"""Customers from an ad may be answered by people for up to 7 days after their first message, but never for certain."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from console.models import HandoverRules, Message, WindowClosed
from console.models.conversation.messaging_window import DAY, WEEK, WindowState
from tests.console.conftest import fresh

CLOSED = {"message": "(#10) outside the allowed window", "code": 10, "error_subcode": 2018278}
NOW = datetime.now(UTC).replace(microsecond=0)
AD = {"ref": "summer", "source": "ADS", "type": "OPEN_THREAD", "ad_id": "6123"}


def ms(moment):
    return int(moment.timestamp() * 1000)


@pytest.fixture
def two_days_ago(conversation):
    return NOW - 2 * DAY


@pytest.fixture
def by_ad(receive, said, two_days_ago, conversation):
    """Mona clicked on an ad and wrote two days ago; Ana holds it."""
    receive(said("m_1", "Is it still available?", ms(two_days_ago), referral=AD))
    return fresh(conversation)


def test_a_person_may_answer_a_customer_from_an_ad_after_24_hours_without_a_tag(by_ad, say, sandbox, mona):
    assert (by_ad.messaging_window, by_ad.answerable_until) == (WindowState.AD, NOW - 2 * DAY + WEEK)
    say("Yes, it is.")
    fresh(by_ad).deliver()
    [call] = [call for call in sandbox.requests("POST", "messages") if "text" in str(call["body"])]
    assert (call["body"]["messaging_type"], "tag" in call["body"]) == ("RESPONSE", False)


def test_the_composer_says_until_when_a_customer_from_an_ad_may_be_answered(by_ad, client, ana):
    client.force_login(ana)
    page = client.get(f"/conversations/{by_ad.pk}/").content.decode()
    assert "Facebook may accept replies for up to 7 days, or stop sooner." in page
    by_ad.ad_window_until = NOW + timedelta(hours=2)
    by_ad.save()
    assert "up to" in client.get("/queue/", headers={"HX-Request": "true"}).content.decode()


def test_a_refusal_by_facebook_ends_the_messaging_window_of_an_ad(by_ad, say, sandbox, mona):
    message = say("Yes, it is.")
    sandbox.post("faults", match={"path": "messages", "body": mona.psid}, status=400, error=CLOSED)
    fresh(by_ad).deliver()
    assert fresh(message).state == Message.State.FAILED
    assert fresh(by_ad).messaging_window is WindowState.SHUT


def test_the_messaging_window_of_an_ad_ends_seven_days_after_the_first_message(receive, said, conversation):
    receive(said("m_1", at=ms(NOW - 8 * DAY), referral=AD))
    receive(said("m_2", at=ms(NOW - 2 * DAY)))
    assert fresh(conversation).messaging_window is WindowState.SHUT


def test_the_messaging_window_of_an_ad_begins_with_the_first_message_after_the_click(
    receive, said, by_mona, conversation
):
    receive(by_mona(ms(NOW - 3 * DAY), referral=AD))
    assert fresh(conversation).ad_window_until is None
    receive(said("m_1", at=ms(NOW - 2 * DAY)), said("m_2", at=ms(NOW - 2 * DAY) + 1000))
    assert fresh(conversation).ad_window_until == NOW - 2 * DAY + WEEK


def test_a_tap_on_the_button_of_an_ad_begins_its_messaging_window(receive, by_mona, conversation):
    receive(by_mona(ms(NOW - 2 * DAY), postback={"mid": "m_1", "title": "Get started", "referral": AD}))
    assert fresh(conversation).messaging_window is WindowState.AD


@pytest.mark.parametrize("source", ["SHORTLINK", "SHOPS", ""])
def test_a_link_that_is_no_ad_makes_no_messaging_window_longer(source, receive, said, conversation):
    receive(said("m_1", at=ms(NOW - 2 * DAY), referral=AD | {"source": source}))
    assert fresh(conversation).messaging_window is WindowState.SHUT


def test_the_bot_may_not_answer_in_the_messaging_window_of_an_ad(by_ad, bluebird, ana):
    HandoverRules.objects.create(
        page=bluebird, webhook_url="http://127.0.0.1:9/hook", introduction="You talk to {name} now."
    )
    by_ad.hand_back(ana)
    with pytest.raises(WindowClosed):
        fresh(by_ad).send(author=None, text="Buy now!", idempotency_key=uuid.uuid4())
    by_ad.take(ana)
    assert not by_ad.messages.filter(is_automatic=True).exists()
