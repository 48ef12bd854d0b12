"""The client messaging-api-messenger of npm: each public method works, and its answer has the expected shape."""

import pytest

from .conftest import facts, prepared

GROUPS = [
    "Send API",
    "Content types",
    "Templates",
    "Sender actions",
    "Attachment upload",
    "Batch",
    "User profile",
    "Messenger profile",
    "Menus of one person",
    "Handover",
    "Personas",
    "Insights",
    "Built-in NLP",
    "Event logging",
    "ID matching",
    "Labels",
    "Apps and Pages",
]
METHODS = 90

# The newest, which proves its secret with every call; and the one that Bottender brings, which here does not.
CLIENTS = {
    "1.1.0": {"package": "messaging-api-messenger"},
    "1.0.6": {"package": "bottender/node_modules/messaging-api-messenger", "version": "v19.0", "skip_proof": True},
}


@pytest.fixture(scope="module", params=CLIENTS)
def driven(request, node, sandbox_process, files):
    sandbox = prepared(sandbox_process)
    return node("methods.js", facts(sandbox, files) | CLIENTS[request.param])


@pytest.mark.parametrize("group", GROUPS)
def test_every_method_of_messaging_api_messenger_gets_the_answer_it_expects(driven, group):
    problems = [f"{method}: {error}" for method, found in driven["groups"][group].items() for error in found]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


def test_every_method_of_messaging_api_messenger_was_called(driven):
    called = {method for group in driven["groups"].values() for method in group}
    assert len(driven["methods"]) == METHODS
    assert set(driven["methods"]) <= called
    assert list(driven["groups"]) == GROUPS
