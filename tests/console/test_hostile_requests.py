"""Hostile requests: whatever a part of a request contains, the answer is a page or a refusal, never an error 500."""

import json
import re
import uuid
from urllib.parse import quote

import pytest
import requests
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from console.models import ApiKey, Conversation, Customer
from tests.conftest import CONSOLE_URL
from tests.console.every_address import ROUTES, address_of, everything

VALUES = {
    "nothing": "",
    "nul": "\0",
    "half-a-character": b"\xff\xfe",
    "surrogate": b"\xed\xa0\x80",
    "huge-number": "9" * 30,
    "endless-number": "1" * 5_000,
    "negative": "-1",
    "other-digits": "٣",
    "not-a-number": "NaN",
    "half-an-address": "http://[",
    "quotes": "\"'`;--%s{}{{",
    "a-list": "1,2,\0",
    "long-text": "a" * 9_000,
    "date": "9999-99-99T99:99:99Z",
    "place": "999999999999999999-999999999999999999",
}
SHORT = ["\0", "9" * 30, "NaN", "http://["]
QUERY = [
    *["since", "before", "after", "shown", "mine", "waiting", "others", "scheduled", "bot", "closed"],
    *["refused_by", "next", "limit", "conversation", "first_name", "last_name"],
    *["hub.mode", "hub.verify_token", "hub.challenge", "q", "o", "p", "e", "all", "_popup"],
    *["_changelist_filters", "id__exact", "state", "state__exact", "page__id__exact", "groups__id__exact", "at__gte"],
    *["is_active__exact", "agent__id__in", "app_label", "model_name", "field_name", "term"],
]
FORM = [
    "emoji",
    *[
        "text",
        "files",
        "idempotency_key",
        "reply_to",
        "agent",
        "note",
        "labels",
        "before",
        "to",
        "on",
        "username",
        "password",
        "next",
        "action",
        "confirmed",
    ],
    *["_selected_action", "select_across", "index", "page_id", "token", "groups", "name", "capacity", "first_name"],
    *["last_name", "picture-clear", "old_password", "new_password1", "new_password2"],
    *["shortcut", "folder", "audience", "removed", "quick_replies", "template", "kind"],
    *["title", "subtitle", "image_url", "address", "button_type", "button_title", "button_value"],
    *["when", "time_zone", "is_for_silence"],
    *[
        "value",
        "seen",
        "after",
        "undo_seconds",
        "next_conversation",
        "calls",
        "has_shortcuts",
        "has_dense_rows",
        "queue_order",
        "theme",
        "has_high_contrast",
        "reset",
        "hand-back",
        "conversation",
        "last",
        "language",
        "desk",
        "endpoint",
        "p256dh",
        "auth",
        *["mine", "team", "unanswered_after", "window_within", "queue_after", "quiet_from", "quiet_until", "volume"],
    ],
    "lines",
    *["on_page", "for_team", "label", "is_unread", "waits_minutes", "window_hours", "came_by"],
    *["custom_field", "custom_value", "order", "state", "version"],
]
HEADERS = [
    *["HX-Request", "HX-Current-URL", "HX-Target", "HX-Boosted", "HX-History-Restore-Request", "HX-Trigger"],
    *["Accept", "Accept-Language", "Authorization", "Content-Type", "Content-Length", "Host", "Origin", "Referer"],
    *["If-Modified-Since", "If-None-Match", "Range", "User-Agent", "X-CSRFToken", "X-Forwarded-For"],
    *["X-Forwarded-Host", "X-Forwarded-Proto", "X-Hub-Signature-256", "X-Requested-With", "Last-Event-ID"],
]
HEADER_VALUES = ["", "\x01", "é", "ÿþ", "9" * 30, "http://[", "http://a:b:c/", "[", "%00%ff", "a" * 8_000, ",;=\\"]
COOKIES = ["sessionid", "csrftoken", "messages", "django_language", "theme"]
COOKIE_VALUES = ['"long-enough\\000"', "\x01", "é", "9" * 30, '{"a":"b"}', '"', "=", "a" * 4_000, "..:..:..", "[1]"]
TEXTS = ["\0", "a" * 9_000, "\ud800", "1e999", "  "]
BODIES = [
    *(
        (body, "application/json")
        for body in ["", "[]", "null", "1e999", "NaN", '{"text":{}}', "[" * 5_000, b"\xff\xfe"]
    ),
    *((json.dumps(dict.fromkeys(["text", "key", "reason", "summary"], text)), "application/json") for text in TEXTS),
    *((body, "multipart/form-data; boundary=x") for body in ["", "--x", "--x\r\n\r\n", b"\xff\xfe"]),
    *(
        ("text=1", content_type)
        for content_type in ["multipart/form-data", "text/plain; charset=none", "a", "", "é/\x01"]
    ),
]


@pytest.fixture
def world(conversation, ana, ada):
    return everything(conversation, ana, ada)


@pytest.fixture
def ask(ada, bluebird):
    """Send one request as Ada, or as the bot; what it changed is undone."""
    client = Client(raise_request_exception=False)
    client.force_login(ada)
    session = client.cookies["sessionid"].value

    def ask(method, address, cookies=None, **options):
        client.cookies.clear()
        with transaction.atomic():
            key = ApiKey.objects.make(bluebird, "Robin")  # a new one each time, as each has its rate limit
            own = {"Authorization": f"Bearer {key}", "Cookie": cookies or f"sessionid={session}"}
            options["headers"] = own | options.get("headers", {})
            answer = client.generic(method, address, **options)
            transaction.set_rollback(True)
        assert answer.status_code < 500, (method, address[:200], options, answer.content[:300])
        return answer

    return ask


def alone(names, route):
    """Return the names to be sent alone as well: one refusal may hide another. Django handles the admin's."""
    return [] if route.startswith("admin/") else names


@pytest.fixture
def looked_up(monkeypatch):
    """Make a request without fields; return those of the names that it looks up, with a short value for each.

    Sent alone, any other field makes no difference to it. Code that goes through all fields looks up all.
    """

    def noting(method, read, names=None):
        def note(fields, *arguments, **options):
            read.update(names or arguments[:1])
            return method(fields, *arguments, **options)

        return note

    def look_up(names, request):
        read = set()
        with monkeypatch.context() as patch:
            for one in ("__getitem__", "__contains__", "getlist"):
                patch.setattr(QueryDict, one, noting(getattr(QueryDict, one), read))
            for every in ("__iter__", "items", "keys", "lists", "urlencode", "copy"):
                patch.setattr(QueryDict, every, noting(getattr(QueryDict, every), read, names))
            request()
        return [(name, SHORT[number % len(SHORT)]) for number, name in enumerate(names) if name in read]

    return look_up


def values(route):
    return SHORT if route.startswith("admin/") else VALUES.values()


def encoded(value):
    return quote(value, safe="")


@pytest.mark.parametrize(
    "query",
    [
        *("console/conversation/?holder=%00", "console/team/?name=%00", "agents/agent/?username=a%00b"),
        *("auth/group/?name=%00", "console/conversation/?last_at__year=99999999"),
    ],
)
def test_an_admin_list_refuses_a_filter_that_no_column_can_hold(query, ask):
    assert ask("GET", f"/admin/{query}").status_code == 400


@pytest.mark.parametrize(
    ("path", "action"),
    [("agents/agent", "remove_from_team"), ("personas/page", "disconnect"), ("console/inboundwebhook", "requeue")],
)
@pytest.mark.parametrize("selected", ["x", "%00"])
def test_an_admin_action_refuses_a_selected_row_that_cannot_be(path, action, selected, ask):
    data = f"action={action}&_selected_action={selected}"
    answer = ask("POST", f"/admin/{path}/", data=data, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_no_query_string_causes_a_server_error(route, ask, world, looked_up):
    address = address_of(route, world)
    for value in values(route):
        ask("GET", f"{address}?{'&'.join(f'{name}={encoded(value)}' for name in QUERY)}")
    for name, value in looked_up(alone(QUERY, route), lambda: ask("GET", address)):
        ask("GET", f"{address}?{name}={encoded(value)}")


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_no_form_or_body_causes_a_server_error(route, ask, world, looked_up):
    address, form = address_of(route, world), "application/x-www-form-urlencoded"
    for value in values(route):
        ask("POST", address, data="&".join(f"{name}={encoded(value)}" for name in FORM), content_type=form)
    for name, value in looked_up(alone(FORM, route), lambda: ask("POST", address, content_type=form)):
        ask("POST", address, data=f"{name}={encoded(value)}", content_type=form)
    for body, content_type in BODIES if alone(FORM, route) else []:
        ask("POST", address, data=body, content_type=content_type)


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES)
def test_no_header_or_cookie_causes_a_server_error(route, ask, world):
    address = address_of(route, world)
    for number, name in enumerate(alone(HEADERS, route)):
        value = HEADER_VALUES[number % len(HEADER_VALUES)]
        ask("GET", address, headers={"HX-Request": "true", name: value})
    for value in HEADER_VALUES if alone(HEADERS, route) else []:
        ask("GET", address, headers=dict.fromkeys(set(HEADERS) - {"Host", "Authorization"}, value))
        ask("GET", address, headers={"HX-Request": "true", "HX-Current-URL": value})
    for value in COOKIE_VALUES:
        ask("GET", address, cookies="; ".join(f"{name}={value}" for name in COOKIES))


@pytest.mark.slow
@pytest.mark.parametrize("route", [route for route in ROUTES if "<" in route])
def test_no_value_in_a_path_causes_a_server_error(route, ask, world):
    for value in [*VALUES.values(), "0", "..", "a/b", "1_2F"]:
        ask("GET", "/" + re.sub(r"<[^>]+>", encoded(value), route))
        ask("POST", "/" + re.sub(r"<[^>]+>", encoded(value), route))


def test_sending_under_the_key_of_a_message_in_another_conversation_is_refused(client, ana, conversation, bluebird):
    client.force_login(ana)
    paul = Customer.objects.create(page=bluebird, psid="424242", name="Paul")
    other = Conversation.objects.create(page=bluebird, customer=paul)
    other.take(ana)
    fields = {"text": "Hello", "idempotency_key": uuid.UUID(int=7)}
    assert client.post(f"/conversations/{conversation.pk}/send/", fields).status_code == 302
    answer = client.post(f"/conversations/{other.pk}/send/", fields, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (
        422,
        b"Another message has this key: choose a new one for each.",
    )
    assert not other.messages.exists()


# On the event loop, beside Django


@pytest.fixture
def session(client, ana):
    client.force_login(ana)
    return client.cookies["sessionid"].value


@pytest.mark.parametrize(
    "cookies",
    [
        'prefs={"a":"b"}; sessionid={}',
        'prefs={"a":"b, c"}; sessionid={}; x=[1,2]',
        "a=b=c; é=ü; sessionid={}",
        "sessionid={}; a@b:c=d",
        '"; sessionid={}',
    ],
)
def test_foreign_cookies_do_not_prevent_the_live_stream(cookies, stack, session):
    headers = {"Cookie": cookies.replace("{}", session).encode()}
    with requests.get(f"{CONSOLE_URL}/live/", headers=headers, stream=True, timeout=5) as answer:
        assert answer.status_code == 200
        assert next(answer.iter_lines()).startswith(b"data: stream ")


@pytest.mark.parametrize("value", COOKIE_VALUES)
def test_the_live_stream_refuses_a_cookie_that_is_no_session(value, stack):
    answer = requests.get(f"{CONSOLE_URL}/live/", headers={"Cookie": f"sessionid={value}".encode()}, timeout=5)
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("path", ["/live/", "/", "/webhooks/messenger"])
def test_a_websocket_handshake_causes_no_server_error(path, stack):
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    assert requests.get(f"{CONSOLE_URL}{path}", headers=headers, timeout=5).status_code < 500
