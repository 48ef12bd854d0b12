"""The webhook endpoint: verification, signatures, and storing a body before anything else happens."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from console.models import InboundWebhook, Message
from messenger import webhook_signature
from messenger.events import serialize
from tests.console.conftest import EMPTY_WEBHOOK, post_webhook

PATHS = ["/webhooks/messenger", "/webhooks/messenger/"]
PAGE_ID, PSID = "102030405060708", "7001002003004005"
ESCAPED = (
    rb'{"object":"page","entry":[{"id":"102030405060708","time":1790000000123,"messaging":[{"sender":{"id":'
    rb'"7001002003004005"},"recipient":{"id":"102030405060708"},"timestamp":1790000000000,"message":{"mid":"m_demo1",'
    rb'"text":"Gr\u00fc\u00dfe \ud83d\udc4b https:\/\/ex.am\/p"}}]}]}'
)
ESCAPED_SIGNATURE = "sha256=31bbc48bc30c8b8a4d7d7a14c9be5bea278ace528bfd6c3a046d06620e9e5da6"

pytestmark = pytest.mark.django_db


def messages(count):
    """A body with so many messages."""
    events = [
        {"sender": {"id": PSID}, "timestamp": 1790000000000 + n, "message": {"mid": f"m_{n}", "text": f"line {n}"}}
        for n in range(count)
    ]
    return serialize({"object": "page", "entry": [{"id": PAGE_ID, "time": 1790000000123, "messaging": events}]})


# Facebook asks whether this address is ours


@pytest.fixture
def ask(client):
    right = {"hub.mode": "subscribe", "hub.verify_token": settings.WEBHOOK_VERIFY_TOKEN, "hub.challenge": "1158201444"}
    return lambda path=PATHS[0], **changed: client.get(path, right | {f"hub.{key}": changed[key] for key in changed})


@pytest.mark.parametrize("path", PATHS)
def test_webhook_verification_returns_the_challenge_as_plain_text(ask, path):
    answer = ask(path)
    assert (answer.status_code, answer.content) == (200, b"1158201444")
    assert answer["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "changed",
    [
        {"verify_token": "wrong"},
        {"verify_token": ""},
        {"verify_token": "ü"},
        {"mode": "unsubscribe"},
        {"mode": ""},
        {"challenge": "<script>alert(1)</script>"},
        {"challenge": "12a"},
        {"challenge": "-1"},
        {"challenge": ""},
    ],
)
def test_webhook_verification_with_a_wrong_parameter_is_forbidden(ask, changed):
    answer = ask(**changed)
    assert answer.status_code == 403
    assert not [value for value in changed.values() if value and value in answer.content.decode()]


def test_webhook_verification_without_parameters_is_forbidden(client):
    assert client.get(PATHS[0]).status_code == 403


# Facebook tells


def test_a_signed_webhook_is_stored_byte_for_byte(arrive, settings):
    settings.FACEBOOK_APP_SECRET = "test_app_secret"
    answer = arrive(ESCAPED, secret="test_app_secret")
    assert (answer.status_code, answer.content) == (200, b"EVENT_RECEIVED")
    [inbound_webhook] = InboundWebhook.objects.all()
    assert inbound_webhook.body.encode() == ESCAPED


def test_the_webhook_signature_is_checked_over_the_raw_escaped_body(arrive, settings):
    settings.FACEBOOK_APP_SECRET = "test_app_secret"
    headers = {"x-hub-signature-256": ESCAPED_SIGNATURE}
    rewritten = json.dumps(json.loads(ESCAPED), ensure_ascii=False, separators=(",", ":")).encode()
    for body, status in [(rewritten, 403), (ESCAPED, 200)]:
        assert arrive(body, headers=headers).status_code == status


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": webhook_signature.sign(EMPTY_WEBHOOK + b" ", settings.FACEBOOK_APP_SECRET)},
        {"x-hub-signature-256": webhook_signature.sign(EMPTY_WEBHOOK, settings.WEBHOOK_VERIFY_TOKEN)},
        {"x-hub-signature": webhook_signature.sign_sha1(EMPTY_WEBHOOK, settings.FACEBOOK_APP_SECRET)},
    ],
)
def test_a_webhook_without_a_valid_signature_is_refused_and_not_stored(arrive, headers):
    assert arrive(EMPTY_WEBHOOK, headers=headers).status_code == 403
    assert not InboundWebhook.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        *[b"", b"hello", b"[]", b"\xff\xfe", b'"\\ud83d"', b'{"object":"page"}', b'{"object":7,"entry":[]}'],
        EMPTY_WEBHOOK.decode().encode("utf-16-le"),
    ],
)
def test_a_signed_body_that_is_no_webhook_is_refused_and_not_stored(arrive, body):
    assert arrive(body).status_code == 400
    assert not InboundWebhook.objects.exists()


def test_a_webhook_body_received_twice_is_stored_once(arrive):
    assert [arrive(messages(1)).status_code for _ in range(2)] == [200, 200]
    assert InboundWebhook.objects.count() == 1


def test_a_webhook_with_unknown_entries_is_stored(arrive):
    assert arrive(b'{"object":"page","entry":[{"surprise":[1]},null]}').status_code == 200
    assert InboundWebhook.objects.count() == 1


@pytest.mark.parametrize("about", ["instagram", "user", "permissions", "application"])
def test_a_webhook_about_no_page_is_stored_and_processed_without_messages(arrive, bluebird, about):
    body = json.loads(messages(1)) | {"object": about}
    assert arrive(serialize(body)).status_code == 200
    inbound_webhook = InboundWebhook.objects.get()
    inbound_webhook.process()
    assert (inbound_webhook.unknown, inbound_webhook.error) == (1, "")
    assert inbound_webhook.processed_at
    assert not Message.objects.exists()


def test_a_webhook_of_an_unknown_page_is_accepted_and_stored(arrive):
    assert arrive(messages(1)).status_code == 200
    [inbound_webhook] = InboundWebhook.objects.all()
    assert inbound_webhook.processed_at is None


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_django_view_of_the_webhook_path_accepts_only_get(client, method):
    assert getattr(client, method)(PATHS[0]).status_code == 405


def test_storing_a_webhook_processes_nothing_and_makes_no_calls(arrive, bluebird, sandbox):
    arrive(messages(3))
    assert not Message.objects.exists()
    assert sandbox.requests() == []


@pytest.mark.parametrize("count", [1, 100])
def test_storing_a_webhook_needs_one_query_for_any_number_of_messages(arrive, django_assert_num_queries, count):
    with django_assert_num_queries(1):
        arrive(messages(count))


# At the web server


def test_the_webhook_endpoint_answers_at_both_paths(stack, bluebird):
    for path in PATHS:
        answer = post_webhook(path, messages(1))
        assert (answer.status_code, answer.content) == (200, b"EVENT_RECEIVED")
    assert InboundWebhook.objects.count() == 1


def test_a_webhook_of_one_mebibyte_is_accepted_and_one_byte_more_is_refused(stack, bluebird):
    full = EMPTY_WEBHOOK + b" " * (1024 * 1024 - len(EMPTY_WEBHOOK))
    assert post_webhook(PATHS[0], full + b" ").status_code == 413
    assert not InboundWebhook.objects.exists()
    assert post_webhook(PATHS[0], full).status_code == 200


def test_webhooks_received_concurrently_are_all_stored(stack, bluebird):
    bodies = [serialize({"object": "page", "entry": [{"id": PAGE_ID, "time": number}]}) for number in range(60)]
    with ThreadPoolExecutor(12) as facebook:
        answers = list(facebook.map(lambda body: post_webhook(PATHS[0], body), bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert {inbound_webhook.body.encode() for inbound_webhook in InboundWebhook.objects.all()} == set(bodies)
