"""Odd values in any parameter get an answer in Facebook's form."""

import itertools

import pytest

from sandbox.app import APP_ID, APP_SECRET, PAGE_TOKEN, USER_TOKEN
from sandbox.graph import routes

ODD = [None, 1, -1, 1.5, True, "", "x", "{", "[1]", [], [[]], [None], {}, {"id": 1}, {"id": ["x"]}, {"type": []}]
NAMES = ["recipient", "message", "sender_action", "tag", "payload", "thread_control", "reply_to", "fields", "limit"]
NAMES += ["after", "name", "psid", "persistent_menu", "params", "target_app_id", "duration", "user", "user_ids"]
NAMES += ["actions", "metric", "since", "subscribed_fields", "input_token", "persona_id", "user_id"]
MESSAGES = [{"text": []}, {"attachment": 1}, {"attachment": {"type": [], "payload": {}}}, {"attachments": {"a": 1}}]
MESSAGES += [{"attachment": {"type": "template", "payload": {"template_type": kind}}} for kind in ([], "generic", {})]
MESSAGES += [{"text": "x", "quick_replies": replies} for replies in ({}, [1], [{"title": 5}], [{"content_type": []}])]
MESSAGES += [{"sticker_id": []}, {"attachment": {"type": "image", "payload": {"attachment_id": []}}}]


@pytest.fixture
def nodes(box, mona):
    label = box.graph("POST", "/me/custom_labels", json={"name": "vip"}).json()["id"]
    page, app, user = ("me", PAGE_TOKEN), (APP_ID, f"{APP_ID}|{APP_SECRET}"), ("me", USER_TOKEN)
    others = {"Customer": mona.psid, "Label": label, "Conversation": f"t_{mona.psid}"}
    return {"Page": page, "App": app, "User": user} | {kind: (id, PAGE_TOKEN) for kind, id in others.items()}


@pytest.mark.parametrize(("method", "kind", "edge"), routes.EDGES, ids=lambda part: getattr(part, "__name__", part))
def test_odd_parameter_values_never_cause_a_server_error(box, mona, nodes, method, kind, edge):
    node, token = nodes[kind.__name__]
    odd = itertools.cycle(ODD)
    for turn in range(len(ODD)):
        next(odd)  # so that with each turn every name has another value
        body = {name: next(odd) for name in NAMES}
        usual = {"recipient": {"id": mona.psid}} if turn % 2 else {}
        check(box.graph(method, f"/{node}/{edge}", token, json=body | usual))


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_an_odd_message_is_refused(mona, message):
    answer = mona.is_sent(message=message)

    check(answer)
    assert answer.status_code == 400


@pytest.mark.parametrize("item", [1, {}, {"relative_url": 5}, {"relative_url": "me", "name": [], "depends_on": {}}])
def test_an_odd_batch_never_causes_a_server_error(box, item):
    check(box.graph("POST", "/", json={"batch": [item]}))


def check(answer):
    assert answer.status_code < 500, answer.text
    assert answer.ok or "code" in answer.json()["error"]
