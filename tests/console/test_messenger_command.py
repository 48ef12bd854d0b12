"""The command `manage.py messenger profile`, against the sandbox over HTTP."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.usefixtures("bluebird", "sandbox")

GET_STARTED = {"payload": "GO"}
GREETING = [{"locale": "default", "text": "Welcome to Bluebird Tea"}]
DOMAINS = ["https://example.test/"]
MENU = [
    {
        "locale": "default",
        "composer_input_disabled": False,
        "call_to_actions": [{"type": "postback", "title": "Talk to us", "payload": "HUMAN"}],
    }
]


@pytest.fixture
def profile():
    """The command; returns what it printed."""

    def run(*words):
        output = StringIO()
        call_command("messenger", "profile", *words, stdout=output)
        return output.getvalue()

    return run


@pytest.fixture
def file(tmp_path):
    def write(**fields):
        path = tmp_path / "profile.json"
        path.write_text(json.dumps(fields))
        return str(path)

    return write


@pytest.fixture
def shown(profile):
    """Return the profile that Facebook shows now."""
    return lambda: json.loads(profile("get", "--json"))


def test_profile_get_says_that_a_new_page_has_no_messenger_profile(profile, shown):
    assert profile("get") == "Bluebird Tea shows nothing of its own.\n"
    assert shown() == {}


def test_profile_set_applies_the_fields_of_a_file(profile, file, shown):
    said = profile("set", "--file", file(get_started=GET_STARTED, greeting=GREETING))
    assert shown() == {"get_started": GET_STARTED, "greeting": GREETING}
    assert said.splitlines() == [
        "get_started: set",
        '  is now {"payload": "GO"}',
        "greeting: set",
        '  is now [{"locale": "default", "text": "Welcome to Bluebird Tea"}]',
    ]
    assert 'get_started: {"payload": "GO"}' in profile("get").splitlines()


def test_profile_set_deletes_missing_fields_and_skips_unchanged_ones(profile, file, shown, sandbox):
    profile("set", "--file", file(get_started=GET_STARTED, greeting=GREETING))
    before = len(sandbox.requests(path="messenger_profile"))
    said = profile("set", "--file", file(get_started=GET_STARTED, persistent_menu=MENU), "--json")
    assert json.loads(said) == {"deleted": ["greeting"], "set": ["persistent_menu"]}
    assert shown() == {"get_started": GET_STARTED, "persistent_menu": MENU}
    asked, deleted, posted, _shown = sandbox.requests(path="messenger_profile")[before:]
    assert [asked["method"], deleted["method"], posted["method"]] == ["GET", "DELETE", "POST"]
    assert (deleted["body"], posted["body"]) == ({"fields": ["greeting"]}, {"persistent_menu": MENU})


def test_profile_set_prints_old_and_new_values(profile, file):
    profile("set", "--file", file(get_started=GET_STARTED, greeting=GREETING))
    said = profile("set", "--file", file(get_started={"payload": "HI"}))
    assert said.splitlines() == [
        "greeting: deleted",
        '  was [{"locale": "default", "text": "Welcome to Bluebird Tea"}]',
        "get_started: set",
        '  was {"payload": "GO"}',
        '  is now {"payload": "HI"}',
    ]


def test_profile_set_sends_domains_before_the_menu(profile, file, sandbox):
    profile("set", "--file", file(get_started=GET_STARTED, persistent_menu=MENU, whitelisted_domains=DOMAINS))
    first, second = sandbox.requests("POST", "messenger_profile")
    assert first["body"] == {"whitelisted_domains": DOMAINS}
    assert set(second["body"]) == {"get_started", "persistent_menu"}


def test_profile_set_with_the_same_file_again_makes_no_call(profile, file, sandbox):
    path = file(get_started=GET_STARTED)
    profile("set", "--file", path)
    assert profile("set", "--file", path) == "Nothing to change.\n"
    assert len(sandbox.requests("POST", "messenger_profile")) == 1


def test_profile_delete_deletes_every_field(profile, file, shown):
    profile("set", "--file", file(get_started=GET_STARTED, greeting=GREETING))
    assert profile("delete") == "Bluebird Tea shows nothing of its own any more.\n"
    assert shown() == {}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"getStarted": GET_STARTED}, "has getStarted; known are .*get_started"),
        ({"greeting": [{"locale": "default", "text": "x" * 161}]}, "at most 160 characters; this one has 161"),
        ({"persistent_menu": [{"call_to_actions": [{"title": "x" * 31}]}]}, "at most 30 characters"),
    ],
)
def test_profile_set_refuses_a_file_with_invalid_fields_before_any_call(fields, sentence, profile, file, sandbox):
    with pytest.raises(CommandError, match=sentence):
        profile("set", "--file", file(**fields))
    assert sandbox.requests(path="messenger_profile") == []


@pytest.mark.parametrize(
    ("text", "sentence"), [("{", "is not JSON"), ("[]", "must hold a JSON object"), (None, "cannot be read: No such")]
)
def test_profile_set_refuses_a_missing_file_or_one_that_is_no_json_object(text, sentence, profile, tmp_path):
    path = tmp_path / "profile.json"
    if text:
        path.write_text(text)
    with pytest.raises(CommandError, match=sentence):
        profile("set", "--file", str(path))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["set"], "--file: required"), (["show"], "One of: profile get, profile set"), ([], "One of: profile get")],
)
def test_the_messenger_command_names_missing_arguments(words, sentence, profile):
    with pytest.raises(CommandError, match=sentence):
        profile(*words)


def test_the_messenger_command_explains_an_error_of_facebook_in_a_sentence(profile, sandbox):
    sandbox.fail("messenger_profile", status=400, error={"message": "(#613) Too many", "code": 613})
    with pytest.raises(CommandError, match=r"Cannot profile get: Facebook limits .* code 613"):
        profile("get")
