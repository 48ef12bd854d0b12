"""The client against the sandbox over HTTP, and its requests on the wire."""

import json
import traceback
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings

from messenger import Action, Client
from messenger.appsecret_proof import appsecret_proof
from tests.conftest import PAGE_ID, TOKEN
from tests.stand_in import free_port

APP_ID, SECRET = settings.FACEBOOK_APP_ID, settings.FACEBOOK_APP_SECRET
FACE = "/_sandbox/sample.png"

CALLS = {
    "send_text": lambda client: client.send_text("1", "Hi", persona_id="2", metadata="key"),
    "send_attachment": lambda client: client.send_attachment("1", "image", "https://example.test/a.png"),
    "sender_action": lambda client: client.sender_action("1", "typing_on"),
    "create_persona": lambda client: client.create_persona("Ana R.", "https://example.test/a.png"),
    "persona": lambda client: client.persona("2"),
    "personas": lambda client: list(client.personas()),
    "delete_persona": lambda client: client.delete_persona("2"),
    "profile": lambda client: client.profile("1"),
    "page": lambda client: client.page(),
    "subscribe": lambda client: client.subscribe(),
    "subscribed_apps": lambda client: client.subscribed_apps(),
}


@pytest.fixture
def ana_r(graph, sandbox):
    return graph.create_persona("Ana R.", sandbox.url + FACE)


# Calls


def test_a_persona_is_created_read_and_deleted(graph, sandbox, ana_r, refusal):
    about = graph.persona(ana_r)
    assert (about["id"], about["name"]) == (ana_r, "Ana R.")
    assert about["profile_picture_url"].startswith(sandbox.url)
    graph.delete_persona(ana_r)
    assert refusal(graph.persona, ana_r).action is Action.REPLACE_PERSONA


def test_personas_are_listed_page_after_page(graph, sandbox):
    ids = [graph.create_persona(f"Ana {number}", sandbox.url + FACE) for number in range(5)]
    assert [row["id"] for row in graph._pages("me/personas", {"fields": "id", "limit": 2})] == ids
    assert [row["name"] for row in graph.personas()] == [f"Ana {number}" for number in range(5)]


def test_a_text_is_sent_under_a_persona_with_metadata(graph, sandbox, psid, ana_r):
    mid = graph.send_text(psid, "Hello Mona 👋", persona_id=ana_r, metadata="our key")
    [received] = sandbox.said(psid)
    assert (received["mid"], received["text"], received["persona"]["name"]) == (mid, "Hello Mona 👋", "Ana R.")
    [call] = sandbox.requests("POST", "messages")
    assert (call["body"]["messaging_type"], call["body"]["message"]["metadata"]) == ("RESPONSE", "our key")


def test_an_attachment_is_sent_by_its_url(graph, sandbox, psid):
    mid = graph.send_attachment(psid, "image", sandbox.url + FACE)
    [received] = sandbox.said(psid)
    assert (received["mid"], [attachment["type"] for attachment in received["attachments"]]) == (mid, ["image"])


def test_typing_is_shown_under_a_persona(graph, sandbox, psid, ana_r):
    graph.sender_action(psid, "typing_on", persona_id=ana_r)
    typing = sandbox.thread(psid)["typing"]
    assert (typing["on"], typing["persona"]["id"]) == (True, ana_r)


def test_the_client_reads_the_name_of_a_customer_and_of_the_page(graph, psid):
    assert graph.profile(psid)["name"] == "Mona Weber"
    assert graph.page() == {"id": PAGE_ID, "name": "Bluebird Tea"}


def test_the_client_subscribes_the_app_to_the_page(graph):
    graph.subscribe(["messages", "message_echoes"])
    [app] = graph.subscribed_apps()
    assert (app["id"], app["subscribed_fields"]) == (APP_ID, ["messages", "message_echoes"])


def test_debug_token_says_whether_a_token_is_valid(graph, sandbox):
    about = graph.debug_token(APP_ID)
    assert (about["is_valid"], about["app_id"]) == (True, APP_ID)
    assert "pages_messaging" in about["scopes"]
    assert Client("EAAWRONG", url=sandbox.url, secret=SECRET).debug_token(APP_ID)["is_valid"] is False


def test_an_answer_contains_nothing_that_a_database_cannot_store(wire):
    wire.text = '{"id": "1", "name": "Mo\\u0000na\\ud83d", "error_rate": Infinity}'
    assert wire.client().page() == {"id": "1", "name": "Mona?", "error_rate": None}
    wire.text = json.dumps([{"code": 200, "body": wire.text}])
    assert wire.client().send_batch([{}])[0].body["name"] == "Mona?"


# Secrets


@pytest.mark.parametrize("name", CALLS)
def test_the_token_is_sent_in_the_header_only_with_a_proof_in_the_query(name, wire):
    CALLS[name](wire.client())
    [(_method, path, headers, body)] = wire.calls
    assert headers.pop("Authorization") == f"Bearer {TOKEN}"
    assert TOKEN not in f"{path}{headers}{body}"
    assert SECRET not in f"{path}{headers}{body}"
    assert parse_qs(urlsplit(path).query)["appsecret_proof"] == [appsecret_proof(TOKEN, SECRET)]
    assert path.startswith("/v27.0/")


def test_a_client_without_an_app_secret_sends_no_proof(wire):
    Client(TOKEN, url=wire.url).page()
    assert "appsecret_proof" not in wire.calls[0][1]


def test_a_redirect_is_not_followed(wire, refusal):
    wire.status, wire.text, wire.headers = 302, "", {"Location": f"{wire.url}/elsewhere"}
    refusal(wire.client().page)
    assert len(wire.calls) == 1


@pytest.mark.parametrize("name", [*CALLS, "debug_token"])
def test_no_error_contains_the_token_or_the_proof(name, refusal):
    nowhere = Client(TOKEN, url=f"http://127.0.0.1:{free_port()}", secret=SECRET)
    call = CALLS.get(name) or (lambda client: client.debug_token(APP_ID))
    error = refusal(call, nowhere)
    printed = "".join(traceback.format_exception(error)) + repr(error) + str(vars(error))
    assert not [secret for secret in (TOKEN, SECRET, appsecret_proof(TOKEN, SECRET)) if secret in printed]


def test_no_log_contains_the_token_or_the_proof_at_debug_level(graph, caplog):
    caplog.set_level("DEBUG")
    graph.debug_token(APP_ID)
    assert not [secret for secret in (TOKEN, appsecret_proof(TOKEN, SECRET)) if secret in caplog.text]


# Limits


@pytest.mark.parametrize(
    ("call", "fits"),
    [
        (lambda client, n: client.send_text("1", "x" * n), 2000),
        (lambda client, n: client.send_text("1", "👋" * n), 1000),
        (lambda client, n: client.create_persona("x" * n, "https://example.test/a.png"), 50),
        (lambda client, n: client.send_text("1", "Hi", metadata="x" * n), 1000),
    ],
    ids=["text", "emoji", "name", "metadata"],
)
def test_a_value_that_is_too_long_is_refused_before_any_call(call, fits, wire):
    call(wire.client(), fits)
    with pytest.raises(ValueError, match=r"at most|1 to 50"):
        call(wire.client(), fits + 1)
    assert len(wire.calls) == 1


def test_a_persona_without_a_name_is_refused_before_any_call(wire):
    with pytest.raises(ValueError, match="1 to 50"):
        wire.client().create_persona("", "https://example.test/a.png")
    assert wire.calls == []
