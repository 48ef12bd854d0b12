"""Taps on buttons that a bot showed, also of events that come late or twice."""

import pytest
from django.template.loader import render_to_string

from console.models import Attachment
from messenger.calls.thread_control import PAGE_INBOX_APP_ID
from tests.console.conftest import AT, fresh

APP = PAGE_INBOX_APP_ID
CARDS = {
    "template_type": "generic",
    "elements": [
        {"title": "Glass", "buttons": [{"type": "postback", "title": "Buy", "payload": "BUY-1"}]},
        {"title": "Iron", "buttons": [{"type": "postback", "title": "Buy", "payload": "BUY-2"}]},
    ],
}
TEMPLATE = [{"type": "template", "payload": CARDS}]
YES_NO = [
    {"content_type": "text", "title": "Yes", "payload": "YES"},
    {"content_type": "text", "title": "No", "payload": "NO"},
]


def tapped():
    return list(Attachment.objects.order_by("pk").values_list("tapped", flat=True))


@pytest.fixture
def tap(by_mona):
    return lambda mid="m_tap", at=AT + 9000, **postback: by_mona(at, postback={"mid": mid, "title": "Buy"} | postback)


def test_a_tap_marks_the_button_with_its_payload(receive, echo, tap, conversation):
    receive(echo("m_1", None, attachments=TEMPLATE))
    receive(tap(payload="BUY-2"))
    assert tapped() == [[1]]
    message = conversation.messages.get(mid="m_1")
    assert message.revision == fresh(conversation).revision  # open browsers are shown it


def test_a_tap_in_standby_marks_the_button_by_its_title(receive, echo, tap, conversation):
    receive(echo("m_1", None, attachments=TEMPLATE))
    receive(tap())
    assert tapped() == [[0]]


def test_a_tap_that_comes_before_its_message_is_marked_when_that_comes(receive, echo, tap, conversation):
    receive(tap(payload="BUY-2"))
    receive(echo("m_1", None, attachments=TEMPLATE))
    assert tapped() == [[1]]


def test_a_tap_marks_only_the_newest_message_that_showed_the_button(receive, echo, tap, conversation):
    receive(echo("m_1", None, attachments=TEMPLATE))
    receive(echo("m_2", None, attachments=TEMPLATE, at=AT + 1000))
    receive(tap(payload="BUY-1"), tap(payload="BUY-1"))
    assert tapped() == [[], [0]]


def test_the_quick_reply_that_a_customer_tapped_is_marked(receive, echo, said, conversation, ana, client):
    receive(echo("m_1", "Is it green?", quick_replies=YES_NO))
    receive(said("m_2", "No", at=AT + 9000, quick_reply={"payload": "NO"}))
    assert tapped() == [[1]]
    client.force_login(ana)
    page = client.get(f"/conversations/{conversation.pk}/").content.decode()
    assert 'No<span class="visually-hidden">: tapped by the customer</span>' in page


def test_a_payload_that_no_button_has_marks_nothing(receive, echo, tap, conversation):
    receive(echo("m_1", None, attachments=TEMPLATE))
    assert receive(tap(payload="GET_STARTED")).error == ""
    assert tapped() == [[]]


def test_the_picture_of_a_card_is_no_attachment_of_its_own_in_the_row(receive, echo, conversation):
    cards = {
        "template_type": "generic",
        "elements": [{"title": "Glass", "image_url": "https://cdn.example.test/g.png"}],
    }
    receive(echo("m_1", None, app_id=1517776481860111, attachments=[{"type": "template", "payload": cards}]))
    assert list(Attachment.objects.values_list("kind", "card")) == [("template", None), ("image", 0)]
    assert fresh(conversation).last_words == "Glass"


@pytest.mark.parametrize("number", [1, 12])
def test_a_thread_of_any_number_of_cards_needs_the_same_queries(
    number, receive, echo, conversation, django_assert_num_queries
):
    for count in range(number):
        receive(echo(f"m_{count}", None, attachments=TEMPLATE, at=AT + count))
    with django_assert_num_queries(2):  # messages, attachments
        for message in conversation.messages.for_thread():
            assert render_to_string("messages/_message.html", {"message": message, "conversation": conversation})
