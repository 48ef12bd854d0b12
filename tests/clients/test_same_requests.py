"""One scenario, played by our Client and by messaging-api-messenger: the sandbox gets the same requests of both."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress

import pytest
import requests

from messenger import Client, GraphError

from .conftest import HERE, facts, prepared

FILE = HERE / "scenario.json"
SCENARIO = json.loads(FILE.read_text())
STEPS = {step["step"]: step for step in SCENARIO["steps"]}

VERSION = re.compile(r"^/v[\d.]+")


@pytest.fixture(scope="module")
def theirs(node, sandbox_process, files):
    """Return Return Return Return {step: requests}...."""
    world = facts(prepared(sandbox_process), files)
    answer = node("scenario.js", {"file": str(FILE), "world": world})
    return _in_words(answer["played"], world | answer["kept"])


@pytest.fixture(scope="module")
def ours(sandbox_process, files):
    """Return {step: requests}, without the steps that our Client does not have."""
    sandbox = prepared(sandbox_process)
    world = facts(sandbox, files)
    client = Client(world["token"], secret=world["app_secret"], url=world["origin"])
    known = world | SCENARIO["values"] | {"picture": requests.get(f"{files}/tea.png").content}
    kept = {step["keep"]: f"no {step['keep']}" for step in STEPS.values() if "keep" in step}
    played, seen = {}, 0
    for name, step in STEPS.items():
        method, arguments, options = [*step["ours"], {}][:3]
        with suppress(GraphError):  # the request's status tells it better
            answer = getattr(client, method)(*_filled(arguments, known | kept), **_filled(options, known | kept))
            made = list(answer) if isinstance(answer, Iterator) else answer
            if "keep" in step:
                kept[step["keep"]] = made
        played[name] = sandbox.get(f"requests?since={seen}")
        seen = max([seen, *(call["n"] for call in played[name])])
    return _in_words(played, world | kept)


@pytest.mark.parametrize("name", STEPS)
def test_our_client_and_messaging_api_messenger_make_the_same_requests(name, ours, theirs):
    allowed = SCENARIO["allowed"] | STEPS[name].get("allowed", {})
    assert ours[name] and theirs[name]
    for mine, other in zip(ours[name], theirs[name], strict="number of requests" not in allowed):
        assert _essence(mine, allowed) == _essence(other, allowed)
    refused = [call["response"]["error"]["message"] for call in ours[name] + theirs[name] if call["status"] != 200]
    assert not refused, refused


def _filled(value, known):
    """Replace “$name” by its value, also inside a longer text."""
    if isinstance(value, dict):
        return {key: _filled(inner, known) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, known) for inner in value]
    if not isinstance(value, str):
        return value
    if whole := re.fullmatch(r"\$(\w+)", value):
        return _filled(known[whole[1]], known)
    return re.sub(r"\$(\w+)", lambda found: known[found[1]], value)


def _in_words(value, values):
    """The requests with names in the place of what is another value in each run."""
    if isinstance(value, dict):
        return {key: _in_words(inner, values) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_words(inner, values) for inner in value]
    if isinstance(value, str):
        for name, text in values.items():
            value = value.replace(text, f"${name}")
    return value


def _essence(call, allowed):
    fields = (call["query"] or {}) | (call["body"] or {})
    return {
        "method": call["method"],
        "path": VERSION.sub("", call["path"]).rstrip("/"),
        "fields": {name: _parsed(value) for name, value in fields.items() if name not in allowed},
    }


def _parsed(value):
    """Objects are written as JSON in a string in forms and queries, with spaces or without."""
    with suppress(TypeError, ValueError):
        return json.loads(value)
    return value
