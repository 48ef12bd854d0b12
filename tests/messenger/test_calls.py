"""Requests of each method: verb, path, query and body, as in other clients that Facebook accepts.

Where they and Facebook's present documents differ, ours goes by the documents: labels have a page_label_name, and
messages a messaging_type of RESPONSE unless told otherwise.
"""

import inspect
import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings

from messenger import Batch, Client
from messenger.appsecret_proof import appsecret_proof
from messenger.calls.page import SUBSCRIBED_FIELDS
from tests.conftest import TOKEN

APP, SECRET = settings.FACEBOOK_APP_ID, settings.FACEBOOK_APP_SECRET
MONA, TO_MONA = "7001002003004005", {"id": "7001002003004005"}
URL = "https://example.test/a.png"
BUTTONS = [
    {"type": "web_url", "url": "https://example.test", "title": "Site", "webview_height_ratio": "tall"},
    {"type": "postback", "title": "Talk", "payload": "HUMAN"},
    {"type": "phone_number", "title": "Call", "payload": "+15105551234"},
]
REPLIES = [
    {"content_type": "text", "title": "Red", "payload": "RED", "image_url": URL},
    {"content_type": "user_phone_number"},
    {"content_type": "user_email"},
]
CARDS = [{"title": "Teapot", "subtitle": "Blue", "image_url": URL, "buttons": BUTTONS[:1]}]
RECEIPT = {
    "recipient_name": "Mona",
    "order_number": "4711",
    "currency": "EUR",
    "payment_method": "Visa",
    "elements": [{"title": "Mug", "price": 11, "image_url": URL}],
    "summary": {"total_cost": 11},
}
MENU = [{"type": "postback", "title": "Help", "payload": "HELP"}]
MENUS = [{"locale": "default", "composer_input_disabled": True, "call_to_actions": MENU}]
QUESTIONS = [{"question": "Where is my parcel?", "payload": "PARCEL"}]
PROFILE = {"get_started": {"payload": "GO"}, "greeting": [{"locale": "default", "text": "Hello"}]}
EVENTS = [{"_eventName": "fb_mobile_purchase", "_valueToSum": 55.22, "_fb_currency": "USD"}]


def sent(message, messaging_type="RESPONSE", **more):
    return (
        "POST",
        "me/messages",
        {},
        {"recipient": TO_MONA, "messaging_type": messaging_type, "message": message} | more,
    )


def attached(kind, **payload):
    return {"attachment": {"type": kind, "payload": payload}}


def action(name, **more):
    return ("POST", "me/messages", {}, {"recipient": TO_MONA, "sender_action": name} | more)


def uploaded(kind):
    body = {"message": attached(kind, url=URL, is_reusable=True)}
    return ("POST", "me/message_attachments", {}, body)


def control(verb, **more):
    return ("POST", f"me/{verb}_thread_control", {}, {"recipient": TO_MONA} | more)


def profile_rows(name, value, *arguments, **options):
    """The three calls about one field of the Messenger profile."""
    path = "me/messenger_profile"
    return {
        name: (lambda client: getattr(client, name)(), ("GET", path, {"fields": name}, None)),
        f"set_{name}": (
            lambda client: getattr(client, f"set_{name}")(*arguments, **options),
            ("POST", path, {}, {name: value}),
        ),
        f"delete_{name}": (
            lambda client: getattr(client, f"delete_{name}")(),
            ("DELETE", path, {}, {"fields": [name]}),
        ),
    }


def insight(name, metric):
    call = ("GET", "me/insights/", {"metric": metric, "since": "1", "until": "2"}, None)
    return {name: (lambda client: getattr(client, name)(since=1, until=2), call)}


# method, and what shows which of its ways: (the call, what stands on the wire)
ROWS = {
    # MessageDelivery
    "send_raw": (
        lambda client: client.send_raw({"recipient": TO_MONA, "message": {"text": "Hi"}}),
        ("POST", "me/messages", {}, {"recipient": TO_MONA, "message": {"text": "Hi"}}),
    ),
    "send": (lambda client: client.send(MONA, {"text": "Hi"}), sent({"text": "Hi"})),
    "send to somebody else": (
        lambda client: client.send({"comment_id": "1_2"}, {"text": "Hi"}),
        sent({"text": "Hi"}, recipient={"comment_id": "1_2"}),
    ),
    "send_text": (
        lambda client: client.send_text(MONA, "Hello", persona_id="1003", messaging_type="UPDATE"),
        sent({"text": "Hello"}, "UPDATE", persona_id="1003"),
    ),
    "send_text with a tag": (
        lambda client: client.send_text(MONA, "Hello", tag="HUMAN_AGENT"),
        sent({"text": "Hello"}, "MESSAGE_TAG", tag="HUMAN_AGENT"),
    ),
    "send_text with quick replies": (
        lambda client: client.send_text(MONA, "Pick", quick_replies=REPLIES),
        sent({"text": "Pick", "quick_replies": REPLIES}),
    ),
    "send_text with everything else": (
        lambda client: client.send_text(
            MONA,
            "Hello",
            metadata="our key",
            reply_to="m_1",
            notification_type="SILENT_PUSH",
            thread_control={"control_type": "pass", "app_id": "222"},
        ),
        sent(
            {"text": "Hello", "metadata": "our key"},
            reply_to={"mid": "m_1"},
            notification_type="SILENT_PUSH",
            thread_control={"control_type": "pass", "app_id": "222"},
        ),
    ),
    "send_attachment": (
        lambda client: client.send_attachment(MONA, "image", URL, is_reusable=True),
        sent(attached("image", url=URL, is_reusable=True)),
    ),
    "send_image": (lambda client: client.send_image(MONA, URL), sent(attached("image", url=URL))),
    "send_audio": (lambda client: client.send_audio(MONA, URL), sent(attached("audio", url=URL))),
    "send_video": (
        lambda client: client.send_video(MONA, attachment_id="55688", persona_id="1003"),
        sent(attached("video", attachment_id="55688"), persona_id="1003"),
    ),
    "send_file": (lambda client: client.send_file(MONA, URL), sent(attached("file", url=URL))),
    # Templates
    "send_template": (
        lambda client: client.send_template(MONA, {"template_type": "coupon", "title": "10 %"}),
        sent(attached("template", template_type="coupon", title="10 %")),
    ),
    "send_generic_template": (
        lambda client: client.send_generic_template(MONA, CARDS, image_aspect_ratio="square"),
        sent(attached("template", template_type="generic", elements=CARDS, image_aspect_ratio="square")),
    ),
    "send_button_template": (
        lambda client: client.send_button_template(MONA, "What next?", BUTTONS, persona_id="1003"),
        sent(attached("template", template_type="button", text="What next?", buttons=BUTTONS), persona_id="1003"),
    ),
    "send_media_template": (
        lambda client: client.send_media_template(MONA, [{"media_type": "image", "attachment_id": "55688"}]),
        sent(attached("template", template_type="media", elements=[{"media_type": "image", "attachment_id": "55688"}])),
    ),
    "send_receipt_template": (
        lambda client: client.send_receipt_template(MONA, RECEIPT),
        sent(attached("template", template_type="receipt", **RECEIPT)),
    ),
    # Sender actions
    "sender_action": (
        lambda client: client.sender_action(MONA, "typing_on", persona_id="1003"),
        action("typing_on", persona_id="1003"),
    ),
    "typing_on": (lambda client: client.typing_on(MONA), action("typing_on")),
    "typing_off": (lambda client: client.typing_off(MONA), action("typing_off")),
    "mark_seen": (lambda client: client.mark_seen(MONA), action("mark_seen")),
    "react": (
        lambda client: client.react(MONA, "m_1", "😀"),
        action("react", payload={"message_id": "m_1", "reaction": "😀"}),
    ),
    "unreact": (lambda client: client.unreact(MONA, "m_1"), action("unreact", payload={"message_id": "m_1"})),
    # Attachments kept by Facebook
    "upload_attachment": (
        lambda client: client.upload_attachment("image", URL, is_reusable=False),
        ("POST", "me/message_attachments", {}, {"message": attached("image", url=URL, is_reusable=False)}),
    ),
    "upload_image": (lambda client: client.upload_image(URL), uploaded("image")),
    "upload_audio": (lambda client: client.upload_audio(URL), uploaded("audio")),
    "upload_video": (lambda client: client.upload_video(URL), uploaded("video")),
    "upload_file": (lambda client: client.upload_file(URL), uploaded("file")),
    # Personas
    "create_persona": (
        lambda client: client.create_persona("Ana R.", URL),
        ("POST", "me/personas", {}, {"name": "Ana R.", "profile_picture_url": URL}),
    ),
    "persona": (lambda client: client.persona("1003"), ("GET", "1003", {}, None)),
    "persona_page": (lambda client: client.persona_page(), ("GET", "me/personas", {}, None)),
    "persona_page that follows": (
        lambda client: client.persona_page("CUR1002"),
        ("GET", "me/personas", {"after": "CUR1002"}, None),
    ),
    "personas": (lambda client: list(client.personas()), ("GET", "me/personas", {"limit": "100"}, None)),
    "delete_persona": (lambda client: client.delete_persona("1003"), ("DELETE", "1003", {}, None)),
    # People
    "profile": (
        lambda client: client.profile(MONA),
        ("GET", MONA, {"fields": "id,name,first_name,last_name,profile_pic"}, None),
    ),
    "profile with other fields": (
        lambda client: client.profile(MONA, fields=["locale", "timezone"]),
        ("GET", MONA, {"fields": "locale,timezone"}, None),
    ),
    "ids_for_apps": (
        lambda client: client.ids_for_apps(MONA, app=APP, page="1"),
        ("GET", f"{MONA}/ids_for_apps", {"app": APP, "page": "1"}, None),
    ),
    "ids_for_pages": (
        lambda client: client.ids_for_pages(MONA, page="1"),
        ("GET", f"{MONA}/ids_for_pages", {"page": "1"}, None),
    ),
    # Labels
    "create_label": (
        lambda client: client.create_label("vip"),
        ("POST", "me/custom_labels", {}, {"page_label_name": "vip"}),
    ),
    "label": (lambda client: client.label("55"), ("GET", "55", {"fields": "id,page_label_name"}, None)),
    "labels": (lambda client: client.labels(), ("GET", "me/custom_labels", {"fields": "id,page_label_name"}, None)),
    "labels_of": (
        lambda client: client.labels_of(MONA, fields=["name"]),
        ("GET", f"{MONA}/custom_labels", {"fields": "name"}, None),
    ),
    "add_label": (lambda client: client.add_label(MONA, "55"), ("POST", "55/label", {}, {"user": MONA})),
    "remove_label": (lambda client: client.remove_label(MONA, "55"), ("DELETE", "55/label", {}, {"user": MONA})),
    "moderate": (
        lambda client: client.moderate([MONA], ["BLOCK_USER", "MOVE_TO_SPAM"]),
        (
            "POST",
            "me/moderate_conversations",
            {},
            {"user_ids": [{"id": MONA}], "actions": ["BLOCK_USER", "MOVE_TO_SPAM"]},
        ),
    ),
    "delete_label": (lambda client: client.delete_label("55"), ("DELETE", "55", {}, None)),
    # Messenger profile
    "messenger_profile": (
        lambda client: client.messenger_profile(["greeting", "get_started"]),
        ("GET", "me/messenger_profile", {"fields": "greeting,get_started"}, None),
    ),
    "set_messenger_profile": (
        lambda client: client.set_messenger_profile(PROFILE),
        ("POST", "me/messenger_profile", {}, PROFILE),
    ),
    "delete_messenger_profile": (
        lambda client: client.delete_messenger_profile(["greeting", "get_started"]),
        ("DELETE", "me/messenger_profile", {}, {"fields": ["greeting", "get_started"]}),
    ),
    **profile_rows("get_started", {"payload": "GO"}, "GO"),
    **profile_rows("greeting", [{"locale": "default", "text": "Hello"}], "Hello"),
    **profile_rows("persistent_menu", MENUS, MENU, composer_input_disabled=True),
    **profile_rows("ice_breakers", QUESTIONS, QUESTIONS),
    **profile_rows("whitelisted_domains", ["https://example.test"], ["https://example.test"]),
    **profile_rows("account_linking_url", "https://example.test/in", "https://example.test/in"),
    **profile_rows(
        "target_audience",
        {"audience_type": "custom", "countries": {"whitelist": ["DE"], "blacklist": []}},
        "custom",
        whitelist=["DE"],
    ),
    **profile_rows("home_url", {"url": URL, "webview_height_ratio": "tall", "in_test": True}, URL, in_test=True),
    "set_persistent_menu as it stands": (
        lambda client: client.set_persistent_menu(MENUS),
        ("POST", "me/messenger_profile", {}, {"persistent_menu": MENUS}),
    ),
    "user_menu": (lambda client: client.user_menu(MONA), ("GET", "me/custom_user_settings", {"psid": MONA}, None)),
    "set_user_menu": (
        lambda client: client.set_user_menu(MONA, MENU, composer_input_disabled=True),
        ("POST", "me/custom_user_settings", {}, {"psid": MONA, "persistent_menu": MENUS}),
    ),
    "delete_user_menu": (
        lambda client: client.delete_user_menu(MONA),
        ("DELETE", "me/custom_user_settings", {"psid": MONA, "params": '["persistent_menu"]'}, None),
    ),
    # Threads
    "pass_thread_control": (
        lambda client: client.pass_thread_control(MONA, 222, "meta"),
        control("pass", target_app_id=222, metadata="meta"),
    ),
    "pass_thread_control_to_page_inbox": (
        lambda client: client.pass_thread_control_to_page_inbox(MONA, "meta"),
        control("pass", target_app_id=263902037430900, metadata="meta"),
    ),
    "take_thread_control": (
        lambda client: client.take_thread_control(MONA, "meta"),
        control("take", metadata="meta"),
    ),
    "request_thread_control": (
        lambda client: client.request_thread_control(MONA, "meta"),
        control("request", metadata="meta"),
    ),
    "release_thread_control": (lambda client: client.release_thread_control(MONA), control("release")),
    "extend_thread_control": (
        lambda client: client.extend_thread_control(MONA, 3600),
        control("extend", duration=3600),
    ),
    "thread_owner": (lambda client: client.thread_owner(MONA), ("GET", "me/thread_owner", {"recipient": MONA}, None)),
    "secondary_receivers": (
        lambda client: client.secondary_receivers(),
        ("GET", "me/secondary_receivers", {"fields": "id,name"}, None),
    ),
    # History
    "conversations": (
        lambda client: list(client.conversations(MONA, folder="inbox", fields=["id", "is_owner"])),
        (
            "GET",
            "me/conversations",
            {"platform": "messenger", "user_id": MONA, "folder": "inbox", "fields": "id,is_owner"},
            None,
        ),
    ),
    "message_ids": (lambda client: client.message_ids("t_1"), ("GET", "t_1", {"fields": "messages"}, None)),
    "message": (
        lambda client: client.message("m_1"),
        ("GET", "m_1", {"fields": "id,created_time,from,to,message,reply_to,attachments,sticker,shares"}, None),
    ),
    "newest_messages": (
        lambda client: client.newest_messages(MONA),
        (
            "GET",
            "me/conversations",
            {
                "platform": "messenger",
                "user_id": MONA,
                "fields": "id,messages.limit(20){id,created_time,from,to,message,reply_to,attachments,sticker,shares}",
            },
            None,
        ),
    ),
    "older_messages": (
        lambda client: client.older_messages(MONA, after="7"),
        (
            "GET",
            "me/conversations",
            {
                "platform": "messenger",
                "user_id": MONA,
                "fields": "id,messages.limit(20).after(7)"
                "{id,created_time,from,to,message,reply_to,attachments,sticker,shares}",
            },
            None,
        ),
    ),
    "history": (lambda client: list(client.history("t_1")), ("GET", "t_1", {"fields": "messages"}, None)),
    # Figures
    "insights": (
        lambda client: client.insights(["one", "two"]),
        ("GET", "me/insights/", {"metric": "one,two"}, None),
    ),
    **insight("blocked_conversations", "page_messages_blocked_conversations_unique"),
    **insight("reported_conversations", "page_messages_reported_conversations_unique"),
    **insight("total_messaging_connections", "page_messages_total_messaging_connections"),
    **insight("new_conversations", "page_messages_new_conversations_unique"),
    "set_nlp_configs": (
        lambda client: client.set_nlp_configs(
            nlp_enabled=True, model="CUSTOM", custom_token="TOKEN", verbose=True, n_best=1
        ),
        (
            "POST",
            "me/nlp_configs",
            {"nlp_enabled": "true", "model": "CUSTOM", "custom_token": "TOKEN", "verbose": "true", "n_best": "1"},
            None,
        ),
    ),
    "enable_nlp": (lambda client: client.enable_nlp(), ("POST", "me/nlp_configs", {"nlp_enabled": "true"}, None)),
    "disable_nlp": (lambda client: client.disable_nlp(), ("POST", "me/nlp_configs", {"nlp_enabled": "false"}, None)),
    # The Page
    "page": (lambda client: client.page(), ("GET", "me", {"fields": "id,name"}, None)),
    "subscribe": (
        lambda client: client.subscribe(["messages", "standby"]),
        ("POST", "me/subscribed_apps", {}, {"subscribed_fields": "messages,standby"}),
    ),
    "subscribed_apps": (lambda client: client.subscribed_apps(), ("GET", "me/subscribed_apps", {}, None)),
    "unsubscribe": (lambda client: client.unsubscribe(), ("DELETE", "me/subscribed_apps", {}, None)),
    "messaging_feature_review": (
        lambda client: client.messaging_feature_review(),
        ("GET", "me/messaging_feature_review", {}, None),
    ),
}
# Of these the app's own token, or none, is the sender.
AS_APP = {
    "debug_token": (lambda client: client.debug_token(APP), ("GET", "debug_token", {"input_token": TOKEN}, None)),
    "create_subscription": (
        lambda client: client.create_subscription(APP, "https://example.test/hook", "secret word", include_values=True),
        (
            "POST",
            f"{APP}/subscriptions",
            {},
            {
                "object": "page",
                "callback_url": "https://example.test/hook",
                "fields": ",".join(SUBSCRIBED_FIELDS),
                "include_values": True,
                "verify_token": "secret word",
            },
        ),
    ),
    "subscriptions": (lambda client: client.subscriptions(APP), ("GET", f"{APP}/subscriptions", {}, None)),
    "page_subscription": (lambda client: client.page_subscription(APP), ("GET", f"{APP}/subscriptions", {}, None)),
    "log_custom_events": (
        lambda client: client.log_custom_events(APP, "1", MONA, EVENTS),
        (
            "POST",
            f"{APP}/activities",
            {},
            {
                "event": "CUSTOM_APP_EVENTS",
                "custom_events": json.dumps(EVENTS),
                "advertiser_tracking_enabled": 0,
                "application_tracking_enabled": 0,
                "extinfo": '["mb1"]',
                "page_id": "1",
                "page_scoped_user_id": MONA,
            },
        ),
    ),
}
ALL = ROWS | AS_APP


def methods_of(kind):
    return {name for name, _method in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}


@pytest.fixture
def put(wire):
    """Return the request of a call: verb, path, query and body, and its headers."""
    wire.text = '{"id":"1","message_id":"m","attachment_id":"a","data":[]}'

    def call(method, **options):
        method(wire.client(**options))
        [(verb, address, headers, body)] = wire.calls
        path = urlsplit(address).path.removeprefix("/v27.0/")
        query = dict(parse_qsl(urlsplit(address).query))
        return (verb, path, query, json.loads(body) if body else None), headers

    return call


def test_every_method_of_the_client_has_an_expected_request():
    assert {name.partition(" ")[0] for name in ALL} == methods_of(Client) - {"send_batch"}


def test_every_method_of_the_client_has_a_docstring():
    assert not [name for name in methods_of(Client) if not getattr(Client, name).__doc__]


@pytest.mark.parametrize("name", ROWS)
def test_a_client_method_sends_the_expected_request_with_token_and_proof(name, put):
    call, (verb, path, query, body) = ROWS[name]
    found, headers = put(call)
    assert found == (verb, path, query | {"appsecret_proof": appsecret_proof(TOKEN, SECRET)}, body)
    assert headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("name", [name for name in AS_APP if name != "log_custom_events"])
def test_calls_of_the_app_use_the_app_token(name, put):
    call, (verb, path, query, body) = AS_APP[name]
    found, headers = put(call)
    assert found == (verb, path, query | {"appsecret_proof": appsecret_proof(f"{APP}|{SECRET}", SECRET)}, body)
    assert headers["Authorization"] == f"Bearer {APP}|{SECRET}"


def test_custom_events_are_logged_without_a_token(put):
    call, expected = AS_APP["log_custom_events"]
    found, headers = put(call)
    assert found == expected
    assert "Authorization" not in headers


# Answers


@pytest.mark.parametrize(
    ("call", "answer", "returned"),
    [
        (lambda client: client.send_raw({"message": {}}), {"recipient_id": "1", "message_id": "m_1"}, "same"),
        (lambda client: client.send_image(MONA, URL), {"recipient_id": "1", "message_id": "m_1"}, "m_1"),
        (lambda client: client.upload_image(URL), {"attachment_id": "1857"}, "1857"),
        (lambda client: client.create_persona("Ana R.", URL), {"id": "1003"}, "1003"),
        (lambda client: client.create_label("vip"), {"id": "55"}, "55"),
        (lambda client: client.messenger_profile(), {"data": [PROFILE]}, PROFILE),
        (lambda client: client.messenger_profile(), {"data": []}, {}),
        (lambda client: client.get_started(), {"data": [PROFILE]}, {"payload": "GO"}),
        (lambda client: client.ice_breakers(), {"data": []}, None),
        (lambda client: client.user_menu(MONA), {"data": [{"user_level_persistent_menu": MENUS}]}, "first"),
        (lambda client: client.user_menu(MONA), {"data": []}, {}),
        (lambda client: client.thread_owner(MONA), {"data": [{"thread_owner": {"app_id": "222"}}]}, {"app_id": "222"}),
        (lambda client: client.thread_owner(MONA), {"data": []}, {}),
        (lambda client: client.new_conversations(), {"data": [{"name": "n", "values": []}]}, "first"),
        (lambda client: client.new_conversations(), {"data": []}, None),
        (lambda client: client.message_ids("t_1"), {"id": "t_1", "messages": {"data": [{"id": "m_1"}]}}, ["m_1"]),
        (lambda client: client.message_ids("t_1"), {"id": "t_1"}, []),
        (
            lambda client: client.newest_messages(MONA),
            {"data": [{"id": "t_1", "messages": {"data": [{"id": "m_2", "from": {}}, {"id": "m_1"}]}}]},
            [{"id": "m_2", "from": {}}, {"id": "m_1"}],
        ),
        (lambda client: client.newest_messages(MONA), {"data": []}, []),
        (lambda client: client.page_subscription(APP), {"data": [{"object": "user"}, {"object": "page"}]}, "last"),
        (lambda client: client.delete_persona("1003"), {"success": True}, None),
        (lambda client: client.set_greeting("Hello"), {"result": "success"}, None),
    ],
)
def test_a_client_method_returns_the_relevant_part_of_the_answer(call, answer, returned, wire):
    wire.text = json.dumps(answer)
    rows = answer.get("data") or [None]
    named = {"same": answer, "first": rows[0], "last": rows[-1]}
    assert call(wire.client()) == (named[returned] if isinstance(returned, str) and returned in named else returned)


@pytest.mark.parametrize(
    ("paging", "after"),
    [
        ({"cursors": {"before": "a", "after": "b"}, "next": "https://…"}, "b"),
        ({"cursors": {"before": "a", "after": "b"}}, ""),
        ({"cursors": None, "next": "https://…"}, ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_a_page_of_a_list_comes_with_the_cursor_of_the_next_page(paging, after, wire):
    wire.text = json.dumps({"data": [{"id": "1003"}], "paging": paging})
    assert wire.client().persona_page() == ([{"id": "1003"}], after)


def test_iterating_a_list_ends_when_its_cursor_repeats(wire):
    wire.text = json.dumps({"data": [{"id": "1"}], "paging": {"cursors": {"after": "b"}, "next": "https://…"}})
    assert len(list(wire.client().personas())) == 2


def test_the_history_of_a_thread_is_fetched_message_by_message_up_to_twenty(wire):
    wire.text = json.dumps({"id": "m_1", "messages": {"data": [{"id": f"m_{n}"} for n in range(30)]}})
    seen = list(wire.client().history("t_1"))
    assert (len(seen), len(wire.calls)) == (20, 21)


# Batches


def test_a_batch_collects_calls_and_parses_their_answers(wire):
    batch = Batch()
    batch.send_text(MONA, "Grüße & more", persona_id="1003")
    batch.thread_owner(MONA)
    batch.pass_thread_control_to_page_inbox(MONA)
    batch.delete_persona("1003")
    wire.text = json.dumps(
        [
            {"code": 200, "headers": [{"name": "ETag", "value": "x"}], "body": '{"message_id":"m_1"}'},
            {"code": 200, "body": '{"data":[]}'},
            {"code": 400, "body": '{"error":{"message":"(#10) No","code":10,"error_subcode":2018300}}'},
            None,
        ]
    )
    first, second, third, fourth = wire.client().send_batch(batch, include_headers=True)
    assert (first.body, first.headers, first.error) == ({"message_id": "m_1"}, {"ETag": "x"}, None)
    assert (second.code, second.body, fourth) == (200, {"data": []}, None)
    assert (third.error.status, third.error.subcode) == (400, 2018300)
    [(verb, address, _headers, body)] = wire.calls
    assert (verb, urlsplit(address).path, json.loads(body)["include_headers"]) == ("POST", "/v27.0/", True)
    texted, asked, passed, deleted = json.loads(body)["batch"]
    assert (texted["method"], texted["relative_url"]) == ("POST", "me/messages")
    assert dict(parse_qsl(texted["body"])) == {
        "recipient": json.dumps(TO_MONA),
        "messaging_type": "RESPONSE",
        "message": '{"text": "Gr\\u00fc\\u00dfe & more"}',
        "persona_id": "1003",
    }
    assert asked == {"method": "GET", "relative_url": f"me/thread_owner?recipient={MONA}"}
    assert dict(parse_qsl(passed["body"]))["target_app_id"] == "263902037430900"
    assert deleted == {"method": "DELETE", "relative_url": "1003"}


@pytest.mark.parametrize("name", ROWS)
def test_a_batch_can_hold_every_client_call_for_the_page(name):
    call, (verb, path, query, _body) = ROWS[name]
    batch = Batch()
    call(batch)
    [held] = batch
    assert (held["method"], urlsplit(held["relative_url"]).path) == (verb, path)
    assert dict(parse_qsl(urlsplit(held["relative_url"]).query)) == query


def test_items_of_a_batch_may_be_written_by_hand(wire):
    wire.text = "[]"
    items = [{"method": "GET", "relative_url": "me", "name": "page", "omit_response_on_success": False}]
    assert wire.client().send_batch(items) == []
    assert json.loads(wire.calls[0][3])["batch"] == items


@pytest.mark.parametrize("text", ['{"data":[]}', '"?"', "null", "<h1>"])
def test_a_batch_not_answered_with_a_list_has_an_unknown_outcome(text, wire, refusal):
    wire.text = text
    assert refusal(wire.client().send_batch, [{"method": "GET", "relative_url": "me"}]).is_outcome_unknown


def test_a_batch_answer_that_is_not_json_is_kept_unparsed(wire):
    wire.text = json.dumps([{"code": 500, "body": "<h1>"}, {"body": None}])
    first, second = wire.client().send_batch([{"method": "GET", "relative_url": "me"}] * 2)
    assert (first.body, first.error.status, second.body, second.error.status) == ("<h1>", 500, None, 0)


def test_a_batch_refuses_files():
    with pytest.raises(ValueError, match="no files"):
        Batch().send_image(MONA, file=b"png")
