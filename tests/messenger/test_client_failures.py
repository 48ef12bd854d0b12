"""Calls that fail: what Facebook said, and whether the call may have taken effect all the same."""

import json

import pytest
import requests
from django.conf import settings

from messenger import Action, Client, GraphError
from tests.conftest import TOKEN
from tests.stand_in import free_port


def test_a_graph_error_has_every_field_of_facebooks_error(graph, sandbox, refusal):
    error = {"message": "(#4) Limit", "code": 4, "error_subcode": 7, "is_transient": True, "fbtrace_id": "AbC"}
    people = {"error_user_title": "Too fast", "error_user_msg": "Wait a little."}
    sandbox.fail("me", status=403, error=error | people)
    found = refusal(graph.page)
    assert (found.message, found.status, found.code, found.subcode) == ("(#4) Limit", 403, 4, 7)
    assert (found.is_transient, found.fbtrace_id, found.is_outcome_unknown) == (True, "AbC", False)
    assert (found.user_title, found.user_message, found.sentence) == ("Too fast", "Wait a little.", "Wait a little.")
    assert str(found) == "(#4) Limit · code 4 · subcode 7 · HTTP 403 · fbtrace_id AbC"


@pytest.mark.parametrize(("drop", "arrives"), [("before", []), ("after", ["Hi"])])
def test_a_dropped_connection_leaves_the_outcome_of_a_send_unknown(drop, arrives, graph, sandbox, psid, refusal):
    sandbox.fail("messages", times=1, drop=drop)
    assert refusal(graph.send_text, psid, "Hi").is_outcome_unknown
    assert sandbox.texts(psid) == arrives


def test_a_read_timeout_leaves_the_outcome_of_a_send_unknown(sandbox, psid, refusal):
    sandbox.fail("messages", times=1, delay_s=0.5)
    hasty = Client(TOKEN, url=sandbox.url, secret=settings.FACEBOOK_APP_SECRET, timeout=(1, 0.1))
    assert refusal(hasty.send_text, psid, "Hi").is_outcome_unknown


def test_a_refused_connection_is_known_to_have_sent_nothing(refusal):
    error = refusal(Client(TOKEN, url=f"http://127.0.0.1:{free_port()}").page)
    assert (error.is_outcome_unknown, error.status, error.action) == (False, None, Action.RETRY)


def test_a_host_that_cannot_be_resolved_is_known_to_have_sent_nothing(refusal):
    session = requests.Session()
    session.trust_env = False
    assert not refusal(Client(TOKEN, url="http://nobody.invalid", session=session).page).is_outcome_unknown


@pytest.mark.parametrize("token", ["EAA\nB", "EAA…B"])
def test_a_token_that_no_header_can_hold_is_refused_before_any_call(token, wire, refusal):
    assert not refusal(Client(token, url=wire.url).page).is_outcome_unknown
    assert wire.calls == []


@pytest.mark.parametrize(
    ("status", "text"),
    [(502, "<h1>Bad gateway</h1>"), (200, "<h1>Hello</h1>"), (200, "[]"), (200, ""), (200, "\xff"), (302, "")],
)
def test_an_answer_that_is_not_from_facebook_leaves_the_outcome_unknown(status, text, wire, refusal):
    wire.status, wire.text = status, text
    error = refusal(wire.client().page)
    assert (error.is_outcome_unknown, error.status, error.code) == (True, status, None)


def test_an_error_body_with_status_200_raises_a_graph_error(wire, refusal):
    wire.text = json.dumps({"error": {"message": "No", "code": 10}})
    error = refusal(wire.client().page)
    assert (error.code, error.is_outcome_unknown) == (10, False)


def test_a_redirect_with_a_valid_body_leaves_the_outcome_unknown(wire, refusal):
    wire.status = 302
    assert refusal(wire.client().page).is_outcome_unknown


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.send_text("1", "Hi"),
        lambda client: client.create_persona("Ana R.", "https://example.test/a.png"),
        lambda client: list(client.personas()),
        lambda client: client.subscribed_apps(),
    ],
)
def test_an_answer_without_the_expected_field_leaves_the_outcome_unknown(call, wire, refusal):
    wire.text = '{"success":true}'
    assert refusal(call, wire.client()).is_outcome_unknown


def test_a_token_in_facebooks_error_message_is_removed_from_the_graph_error(sandbox):
    sandbox.fail("me", status=400, error={"message": f"Malformed access token {TOKEN}", "code": 190})
    with pytest.raises(GraphError) as caught:
        Client(TOKEN, url=sandbox.url).page()
    assert TOKEN not in str(caught.value) + repr(caught.value)
    assert "Malformed access token …" in str(caught.value)
