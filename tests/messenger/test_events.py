"""Webhooks parsed into events: every kind once, the variations seen in the wild, and arbitrary input."""

import copy
import json
from contextlib import suppress
from dataclasses import fields as fields_of
from dataclasses import is_dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from messenger.events import (
    AccountLinking,
    AppRoles,
    Attachment,
    CustomerInformation,
    Delivery,
    Echo,
    Edit,
    Event,
    Feedback,
    FormAnswer,
    Integrity,
    LabelChanged,
    Message,
    MissedCall,
    OptIn,
    Order,
    Policy,
    Postback,
    Product,
    Reaction,
    Read,
    Referral,
    ReferralSource,
    ResponseFeedback,
    ThreadPassed,
    ThreadRequested,
    ThreadTaken,
    Unknown,
    parse,
)
from messenger.events.parse import CHANGES, MESSAGING
from tests.messenger.arbitrary import ANYTHING, places_in

PAYLOADS = Path(__file__).parent.parent / "payloads"
PAGE, MONA, AT, ENTRY_TIME = "102030405060708", "7001002003004005", 1790000000000, 1790000000123
WITHOUT_PERSON = {
    "changes_business_integrity",
    "policy_enforcement",
    "policy_enforcement_legacy",
    "app_roles_legacy",
    "optin_checkbox_legacy",
}
WITHOUT_TIMESTAMP = {"delivery_without_mids_or_timestamp"}
STICKER = "369239263222822"
INBOX = "263902037430900"
LINK = ReferralSource(ref="x", source="SHORTLINK", kind="OPEN_THREAD", ad_id="", product_id="", referer_uri="")
AD = ReferralSource(
    ref="spring", source="ADS", kind="OPEN_THREAD", ad_id="6012", product_id="", referer_uri="", ad_title="Sale"
)
LEAD = (FormAnswer("", "Your e-mail?", "", "mona@example.test"), FormAnswer("", "Your size?", "", "M"))

# kind of payload: what it is read as, and with which fields
EXPECTED = {
    "text": (Message, {"mid": "m_1", "text": "Hi", "attachments": (), "payload": "", "is_deleted": False}),
    "quick_reply": (Message, {"mid": "m_2", "text": "Yes", "payload": "CONFIRM"}),
    "reply_to": (Message, {"mid": "m_3", "text": "this one", "reply_to": "m_1"}),
    "image": (Message, {"text": "", "attachments": [("image", "https://cdn.example.test/a.jpg", "")]}),
    "images": (
        Message,
        {
            "attachments": [
                ("image", "https://cdn.example.test/a.jpg", ""),
                ("image", "https://cdn.example.test/b.jpg", ""),
            ]
        },
    ),
    "audio": (Message, {"attachments": [("audio", "https://cdn.example.test/a.mp4", "")]}),
    "video": (Message, {"attachments": [("video", "https://cdn.example.test/a.mp4", "")]}),
    "file": (Message, {"attachments": [("file", "https://cdn.example.test/a.pdf", "")]}),
    "sticker": (Message, {"attachments": [("sticker", "https://cdn.example.test/s.png", "", STICKER)]}),
    "sticker_legacy": (Message, {"attachments": [("image", "https://cdn.example.test/s.png", "", STICKER)]}),
    "location_legacy": (Message, {"attachments": [("location", "", "")]}),
    "fallback": (
        Message,
        {"text": "https://example.test/x", "attachments": [("fallback", "https://example.test/x", "A page")]},
    ),
    "fallback_empty": (Message, {"attachments": [("fallback", "", "")]}),
    "fallback_unavailable": (Message, {"attachments": [("fallback", "", "Attachment Unavailable")]}),
    "fallback_old": (Message, {"attachments": [("fallback", "https://example.test/x", "A page")]}),
    "reel": (Message, {"attachments": [("reel", "https://cdn.example.test/r.mp4", "Reel")]}),
    "post": (Message, {"attachments": [("post", "https://cdn.example.test/p.jpg", "Post")]}),
    "template_product": (Message, {"attachments": [("template", "", "")]}),
    "appointment_booking": (Message, {"attachments": [("appointment_booking", "", "")]}),
    "message_with_ad_referral": (Message, {"mid": "m_5", "text": "Hi", "referral": replace(AD, post_id="102_99")}),
    "slash_command": (Message, {"mid": "m_6", "text": "/help", "commands": ("help",), "referral": None}),
    "is_deleted_uncertain": (Message, {"mid": "m_1", "is_deleted": True}),
    "is_deleted_as_text": (Message, {"mid": "m_1", "is_deleted": True}),
    "is_unsupported_uncertain": (Message, {"mid": "m_8", "attachments": [("unsupported", "", "")]}),
    "echo_own_app": (Echo, {"mid": "m_9", "text": "Hello", "app_id": "1517776481860111", "metadata": "job:42"}),
    "echo_button_template": (Echo, {"mid": "m_15", "attachments": [("template", "", "")]}),
    "echo_page_inbox": (Echo, {"mid": "m_10", "app_id": "263902037430900", "metadata": ""}),
    "postback": (Postback, {"mid": "m_11", "title": "Talk to a human", "payload": "HANDOFF", "referral": LINK}),
    "postback_from_ad": (
        Postback,
        {"title": "Get started", "referral": ReferralSource("tea", "ADS", "OPEN_THREAD", "6013", "", "", "Free tea")},
    ),
    "delivery": (Delivery, {"mids": ("m_9",), "watermark": 1790000001000}),
    "delivery_without_mids_or_timestamp": (Delivery, {"mids": (), "watermark": 1790000001000}),
    "read": (Read, {"watermark": 1790000002000}),
    "reaction": (Reaction, {"mid": "m_9", "emoji": "❤️", "name": "love"}),
    "unreact": (Reaction, {"mid": "m_9", "emoji": "", "name": ""}),
    "message_edit": (Edit, {"mid": "m_1", "text": "Hi there", "times": 1}),
    "standby_message": (Message, {"mid": "m_12", "text": "Hi"}),
    "standby_postback": (Postback, {"mid": "m_13", "title": "Start over", "payload": ""}),
    "standby_echo": (Echo, {"mid": "m_14", "app_id": "111"}),
    "referral": (Referral, {"referral": replace(LINK, ref="flyer")}),
    "referral_from_ad": (Referral, {"referral": replace(AD, product_id="99", referer_uri="https://example.test/")}),
    "lead_of_an_ad": (Referral, {"referral": ReferralSource("", "ADS", "LEAD_COMPLETE", "6012", "", "", "", LEAD)}),
    "referral_from_shop": (Referral, {"referral": ReferralSource("", "SHOPS", "OPEN_THREAD", "", "4711", "")}),
    "optin": (
        OptIn,
        {
            "kind": "notification_messages",
            "payload": "x",
            "token": "tok",
            "title": "News",
            "timezone": "Europe/Berlin",
            "expires_at": 1799000000000,
            "status": "",
        },
    ),
    "optin_stopped": (OptIn, {"token": "tok", "status": "STOP NOTIFICATIONS"}),
    "optin_one_time_legacy": (OptIn, {"kind": "one_time_notif_req", "payload": "STOCK", "token": "tok"}),
    "optin_checkbox_legacy": (OptIn, {"kind": "", "ref": "promo", "user_ref": "u1", "token": ""}),
    "account_linking": (AccountLinking, {"status": "linked", "authorization_code": "abc"}),
    "account_unlinking": (AccountLinking, {"status": "unlinked", "authorization_code": ""}),
    "policy_enforcement": (Policy, {"action": "block", "reason": "Spam reports"}),
    "policy_enforcement_legacy": (Policy, {"action": "unblock", "reason": ""}),
    "feedback_form": (Feedback, {"answers": (FormAnswer("0", "q1", "csat", "4", "slow"),)}),
    "response_feedback": (ResponseFeedback, {"mid": "m_9", "feedback": "Good response"}),
    "customer_information": (CustomerInformation, {"answers": (FormAnswer("s", "email", "", "a@example.test"),)}),
    "order": (Order, {"products": (Product("123", "sku1", "Mug", 11, "EUR", 1),), "note": "gift"}),
    "pass_thread_control": (
        ThreadPassed,
        {"previous_app_id": "111", "new_app_id": "222", "metadata": "wants a refund"},
    ),
    "pass_from_idle": (ThreadPassed, {"previous_app_id": "", "new_app_id": "222", "metadata": ""}),
    "take_thread_control": (ThreadTaken, {"previous_app_id": "222", "new_app_id": INBOX, "metadata": ""}),
    "request_thread_control": (ThreadRequested, {"requested_app_id": "222", "metadata": "please"}),
    "app_roles_legacy": (AppRoles, {"roles": (("111", ("primary_receiver",)),)}),
    "missed_call": (MissedCall, {"mid": "c_M5YPhGE5jm0L", "attachments": [("missed_call", "", "")]}),
    "changes_business_integrity": (
        Integrity,
        {"status": "restricted", "details": ("Spam was reported.", "Messages are limited for a week.")},
    ),
    "changes_inbox_label": (LabelChanged, {"action": "add", "label_id": "55", "name": "vip"}),
}


def payload(kind):
    return json.loads((PAYLOADS / f"{kind}.json").read_text())


def read(body):
    return parse(json.dumps(body).encode())


def test_every_example_payload_has_an_expected_event():
    assert {path.stem for path in PAYLOADS.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_kind_of_webhook_is_parsed_into_its_event_with_its_fields(kind):
    type_, fields = EXPECTED[kind]
    [event] = read(payload(kind))
    assert type(event) is type_
    for name, value in fields.items():
        expected = tuple(Attachment(*parts) for parts in value) if name == "attachments" else value
        assert getattr(event, name) == expected


@pytest.mark.parametrize("kind", EXPECTED)
def test_each_event_has_page_customer_time_and_the_raw_payload(kind):
    body = payload(kind)
    [entry] = body["entry"]
    [event] = read(body)
    assert event.page_id == PAGE
    assert event.psid == ("" if kind in WITHOUT_PERSON else MONA)
    assert event.at == (ENTRY_TIME if kind in WITHOUT_TIMESTAMP else AT)
    assert event.is_standby is kind.startswith("standby")
    assert [event.raw] == next(entry[key] for key in ("messaging", "standby", "changes", "calls") if key in entry)


# Variations seen in other people's fixtures


def vary(kind, **inner):
    """The payload, its event, and the event's inner object with these fields in place of its own."""
    body = payload(kind)
    event = body["entry"][0]["messaging"][0]
    event[next(key for key in event if key not in ("sender", "recipient", "timestamp"))].update(inner)
    return body, event


def test_ids_sent_as_numbers_are_parsed_as_strings():
    body, event = vary("text")
    body["entry"][0]["id"] = int(PAGE)
    event["sender"]["id"] = int(MONA)
    assert [(event.page_id, event.psid) for event in read(body)] == [(PAGE, MONA)]


@pytest.mark.parametrize("seconds", [1790000000, "1790000000", 1790000000.0])
def test_times_sent_in_seconds_are_parsed_as_milliseconds(seconds):
    body, event = vary("read", watermark=1790000002)
    event["timestamp"] = seconds
    assert [(event.at, event.watermark) for event in read(body)] == [(AT, 1790000002000)]


def test_an_event_without_a_timestamp_has_the_time_of_its_entry_or_zero():
    body, event = vary("text")
    del event["timestamp"]
    assert [event.at for event in read(body)] == [ENTRY_TIME]
    del body["entry"][0]["time"]
    assert [event.at for event in read(body)] == [0]


@pytest.mark.parametrize(
    ("price", "words"), [("9.90", "EUR 9.90"), (9.5, "EUR 9.50"), (11, "EUR 11"), ("0.125", "EUR 0.125")]
)
def test_the_price_of_a_product_is_shown_with_all_its_decimals(price, words):
    product = Product.read({"name": "Sencha", "unit_price": price, "currency": "EUR", "quantity": 2})
    assert str(product) == f"2 × Sencha ({words})"  # noqa: RUF001


PRODUCTS = (Product("123", "", "", 10.5, "", 2),)
FOUR = (FormAnswer("0", "q", "", "4"),)


@pytest.mark.parametrize(
    ("kind", "inner", "name", "value"),
    [
        ("delivery", {"watermark": "1790000001000"}, "watermark", 1790000001000),
        ("delivery", {"mids": None}, "mids", ()),
        ("delivery", {"mids": ["m_9", None, 7]}, "mids", ("m_9",)),
        ("message_edit", {"num_edit": "37"}, "text", "Hi there"),
        ("unreact", {"emoji": None}, "emoji", ""),
        ("unreact", {"emoji": "❤️", "reaction": "love"}, "emoji", ""),
        ("reaction", {"emoji": None}, "emoji", "love"),
        ("postback", {"mid": None, "payload": None}, "mid", ""),
        ("echo_own_app", {"app_id": "1517776481860111"}, "app_id", "1517776481860111"),
        ("echo_own_app", {"app_id": None}, "app_id", ""),
        ("text", {"text": "nul\x00 and half a pair \ud83d"}, "text", "nul and half a pair ?"),
        ("text", {"attachments": [{"type": "image"}, "?", None]}, "attachments", (Attachment("image", "", ""),)),
        (
            "text",
            {
                "attachments": [
                    {"type": "fallback", "title": "A page", "URL": "https://example.test/x", "payload": None}
                ]
            },
            "attachments",
            (Attachment("fallback", "https://example.test/x", "A page"),),
        ),
        ("image", {"sticker_id": int(STICKER)}, "mid", "m_a"),
        ("message_edit", {"num_edit": "37"}, "times", 37),
        ("message_edit", {"num_edit": None}, "times", 0),
        ("pass_thread_control", {"new_owner_app_id": 222, "previous_owner_app_id": 111}, "new_app_id", "222"),
        ("take_thread_control", {"previous_owner_app_id": 222}, "previous_app_id", "222"),
        ("request_thread_control", {"requested_owner_app_id": "222", "metadata": None}, "metadata", ""),
        (
            "app_roles_legacy",
            {"222": ["automation"]},
            "roles",
            (("111", ("primary_receiver",)), ("222", ("automation",))),
        ),
        ("order", {"products": [{"id": 123, "unit_price": "10.50", "quantity": "2"}]}, "products", PRODUCTS),
        ("optin", {"user_ref": 7}, "user_ref", "7"),
        ("policy_enforcement", {"reason": None}, "reason", ""),
        ("feedback_form", {"feedback_screens": [{"screen_id": 0, "questions": None}]}, "answers", ()),
        (
            "feedback_form",
            {"feedback_screens": [{"screen_id": 0, "questions": {"q": {"payload": 4}}}]},
            "answers",
            FOUR,
        ),
    ],
)
def test_a_missing_or_oddly_typed_field_is_parsed_as_a_default(kind, inner, name, value):
    body, _event = vary(kind, **inner)
    assert [getattr(event, name) for event in read(body)] == [value]


def test_the_page_of_an_event_is_that_of_its_entry_and_not_its_recipient():
    body, event = vary("text")
    event["recipient"]["id"] = "999"
    assert [event.page_id for event in read(body)] == [PAGE]


def test_a_message_without_a_mid_is_parsed_as_unknown():
    assert [type(event) for event in read(vary("text", mid=None)[0])] == [Unknown]


@pytest.mark.parametrize("kind", ["policy_enforcement", "app_roles_legacy"])
def test_an_event_about_the_page_belongs_to_no_customer(kind):
    body = payload(kind)
    body["entry"][0]["messaging"][0]["sender"] = {"id": PAGE}
    assert [event.psid for event in read(body)] == [""]


def test_a_change_of_an_unsupported_field_is_parsed_as_unknown():
    body = payload("changes_inbox_label")
    for field in ("feed", None, ["inbox_labels"]):
        body["entry"][0]["changes"][0]["field"] = field
        assert [type(event) for event in read(body)] == [Unknown]


@pytest.mark.parametrize(
    "call",
    [
        {"event": "connect"},
        {"event": "media_update"},
        {"call_direction": "business_initiated"},
        {"duration": 33},
        {"timestamp": 1790000000 - 90},  # no call rings so long: somebody accepted it
        {"timestamp": None},
        {"id": None},
    ],
)
def test_a_call_that_is_not_known_to_be_missed_is_parsed_as_unknown(call):
    body = payload("missed_call")
    body["entry"][0]["calls"][0].update(call)
    [event] = read(body)
    assert (type(event), event.channel) == (Unknown, "calls")


def test_calls_are_parsed_beside_messages_of_the_same_entry():
    body = payload("text")
    body["entry"][0]["calls"] = payload("missed_call")["entry"][0]["calls"]
    assert [type(event) for event in read(body)] == [Message, MissedCall]


def test_the_payload_of_an_attachment_is_kept_unchanged():
    [event] = read(payload("location_legacy"))
    assert event.attachments[0].payload == {"coordinates": {"lat": 52.52, "long": 13.4}}


def test_events_are_parsed_in_the_order_of_the_body():
    first, second, third = (payload(kind)["entry"][0] for kind in ("text", "standby_postback", "changes_inbox_label"))
    body = {"object": "page", "entry": [first | {"standby": second["standby"]} | {"changes": third["changes"]}, first]}
    assert [type(event) for event in read(body)] == [Message, Postback, LabelChanged, Message]


@pytest.mark.parametrize(
    "body",
    [
        *[b"", b"null", b"[]", b"{}", b"page", b"\xff\xfe", b'{"object":"page"}', b'{"object":"page","entry":{}}'],
        *[b'{"object":7,"entry":[]}', b'{"object":"page","entry":[' + b"[" * 100_000, b"9" * 5000],
    ],
)
def test_a_body_that_is_no_webhook_raises_value_error(body):
    with pytest.raises(ValueError, match="The body is not"):
        parse(body)


# Anything at all


quickly = settings(max_examples=100, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


@quickly
@given(st.binary() | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_parsing_arbitrary_bytes_raises_nothing_but_value_error(body):
    with suppress(ValueError):
        parse(body)


@quickly
@given(st.lists(ANYTHING | st.fixed_dictionaries({"id": ANYTHING, "messaging": st.lists(ANYTHING)}), max_size=3))
def test_arbitrary_entries_are_parsed_into_events(entries):
    events = read({"object": "page", "entry": entries})
    assert len(events) >= len(entries)
    assert all(isinstance(event, Event) for event in events)


@quickly
@given(st.sampled_from(sorted(EXPECTED)), ANYTHING, st.data())
def test_a_payload_with_any_part_replaced_is_parsed_or_refused(kind, anything, data):
    body = copy.deepcopy(payload(kind))
    holder, key = data.draw(st.sampled_from(list(places_in(body))))
    holder[key] = anything
    try:
        assert all(isinstance(event, Event) for event in read(body))
    except ValueError as error:
        assert str(error).startswith("The body is not")


KEYS = sorted(
    {key for kind in EXPECTED for holder, key in places_in(payload(kind)) if isinstance(holder, dict)}
    | {"product", "follow_up", "commands", "num_edit", "user_ref", "page_label_name", "unit_price", "value"}
)


@quickly
@given(st.sampled_from([*MESSAGING, *CHANGES]), st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=8))
def test_texts_parsed_from_arbitrary_events_can_be_stored_in_the_database(key, inner):
    where = {"changes": [{"field": key, "value": inner}]} if key in CHANGES else {"messaging": [{key: inner}]}
    [event] = read({"object": "page", "entry": [where]})
    for text in _texts(event):
        assert "\x00" not in text
        assert text.encode().decode() == text


def _texts(value):
    """Every text that a reader took out of what came; what is kept as it came is left aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _texts(part)
    elif is_dataclass(value):
        for field in fields_of(value):
            if field.repr:
                yield from _texts(getattr(value, field.name))
