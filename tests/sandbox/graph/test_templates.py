"""Templates: required parts and limits."""

import pytest

BUTTON = {"type": "postback", "title": "Talk", "payload": "HUMAN"}
RECEIPT = {"recipient_name": "Mona", "order_number": "1", "currency": "EUR", "payment_method": "Visa"}
RECEIPT |= {"summary": {"total_cost": 7}}

GOOD = [
    {"template_type": "button", "text": "x" * 640, "buttons": [BUTTON] * 3},
    {"template_type": "generic", "elements": [{"title": "Tea", "buttons": [BUTTON]}] * 10},
    {"template_type": "generic", "elements": [{"title": "Tea"}], "image_aspect_ratio": "square"},
    {"template_type": "media", "elements": [{"media_type": "image", "url": "https://www.facebook.com/photo/1"}]},
    {"template_type": "receipt"} | RECEIPT,
    {"template_type": "coupon", "title": "Ten percent"},
    {"template_type": "customer_feedback", "title": "How was it?", "button_title": "Say"},
    {"template_type": "product", "elements": [{"id": "1"}]},
    {"template_type": "image_grid", "elements": [{"url": "https://x/1.png"}] * 2},
    {"template_type": "one_time_notif_req", "title": "Back in stock", "payload": "STOCK"},
    {"template_type": "airline_update", "update_type": "delay", "locale": "en_US"},
    {
        "template_type": "button",
        "text": "Well?",
        "buttons": [
            {"type": "web_url", "url": "https://example.com", "title": "Site", "webview_height_ratio": "tall"},
            {"type": "phone_number", "title": "Call", "payload": "+15105551234"},
            {"type": "account_link", "url": "https://example.com/login"},
        ],
    },
]
BAD = [
    ({"template_type": "list"}, "[template_type] must be one of {generic, button"),
    ({"template_type": "button", "text": "x" * 641, "buttons": [BUTTON]}, "[text] must be less than or equal to 640"),
    ({"template_type": "button", "text": "x", "buttons": [BUTTON] * 4}, "[buttons] must have at most 3"),
    ({"template_type": "button", "text": "x", "buttons": []}, "[buttons] must have at least 1"),
    ({"template_type": "button", "text": "x"}, "[buttons] is required"),
    ({"template_type": "button", "text": "x", "buttons": [BUTTON | {"title": "x" * 21}]}, "[buttons][0][title]"),
    ({"template_type": "button", "text": "x", "buttons": [BUTTON | {"payload": "x" * 1001}]}, "[buttons][0][payload]"),
    ({"template_type": "button", "text": "x", "buttons": [{"type": "web_url", "title": "x"}]}, "[0][url] is required"),
    ({"template_type": "button", "text": "x", "buttons": [BUTTON | {"type": "dance"}]}, "[0][type] must be one of"),
    ({"template_type": "generic", "elements": [{"title": "x"}] * 11}, "[elements] must have at most 10"),
    ({"template_type": "generic", "elements": [{"title": "x" * 81}]}, "[elements][0][title]"),
    ({"template_type": "generic", "elements": [{"title": "x", "subtitle": "x" * 81}]}, "[elements][0][subtitle]"),
    ({"template_type": "generic", "elements": [{"title": "x", "buttons": [BUTTON] * 4}]}, "[0][buttons] must have at"),
    ({"template_type": "generic"}, "[elements] is required"),
    ({"template_type": "generic", "elements": ["x"]}, "Invalid parameter"),
    ({"template_type": "media", "elements": [{"media_type": "image"}] * 2}, "[elements] must have at most 1"),
    ({"template_type": "media", "elements": [{"media_type": "image", "url": "https://x/1.png"}]}, "Facebook URL"),
    ({"template_type": "receipt"}, "[recipient_name] is required"),
    ({"template_type": "receipt", "elements": [{}] * 101} | RECEIPT, "[elements] must have at most 100"),
    ({"template_type": "customer_feedback", "title": "x" * 66}, "[title]"),
    ({"template_type": "image_grid", "elements": [{}] * 7}, "[elements] must have at most 6"),
]


@pytest.mark.parametrize("payload", GOOD, ids=lambda payload: payload["template_type"])
def test_a_valid_template_shows_as_it_was_sent(mona, payload):
    assert mona.receives(attachment={"type": "template", "payload": payload}).json().get("message_id")
    assert mona.messages()[-1]["template"] == payload


@pytest.mark.parametrize(("payload", "words"), BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_an_invalid_template_is_refused_with_the_name_of_the_part(mona, payload, words):
    error = mona.receives(attachment={"type": "template", "payload": payload}).json()["error"]

    assert error["code"] == 100
    assert words in error["message"]


def test_a_media_template_may_name_an_uploaded_attachment(box, mona):
    message = {
        "attachment": {"type": "image", "payload": {"url": f"{box.url}/_sandbox/sample.png", "is_reusable": True}}
    }
    id = box.graph("POST", "/me/message_attachments", json={"message": message}).json()["attachment_id"]
    payload = {"template_type": "media", "elements": [{"media_type": "image", "attachment_id": id}]}

    assert mona.receives(attachment={"type": "template", "payload": payload}).ok

    payload["elements"][0]["attachment_id"] = "1"
    refused = mona.receives(attachment={"type": "template", "payload": payload}).json()["error"]
    assert refused["error_subcode"] == 2018074


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"content_type": "text", "title": "x" * 21, "payload": "x"}, "[title]"),
        ({"content_type": "text", "title": "x", "payload": "x" * 1001}, "[payload]"),
        ({"content_type": "text", "payload": "x"}, "[title] is required"),
        ({"content_type": "location"}, "[content_type] must be one of"),
    ],
)
def test_quick_replies_beyond_their_limits_are_refused(mona, reply, words):
    error = mona.receives(text="Well?", quick_replies=[reply]).json()["error"]

    assert error["code"] == 100
    assert words in error["message"]


@pytest.mark.parametrize("kind", ["user_phone_number", "user_email"])
def test_a_quick_reply_may_request_an_email(mona, kind):
    assert mona.receives(text="Yours?", quick_replies=[{"content_type": kind}]).ok
