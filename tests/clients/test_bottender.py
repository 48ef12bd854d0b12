"""Bottender of npm: a bot that answers as a persona, and Bottender's own commands."""

import os
import pty

import pytest

from tests.stand_in import eventually

from .conftest import OTHER_APP, VERIFY_TOKEN, bottender_at, facts, running_bot

TIMEOUT_S = 60
PROMPT = "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT} "


@pytest.fixture
def bottender(node_modules, facebook, files, tmp_path):
    """Starts a Bottender command."""
    return bottender_at(facts(facebook, files), node_modules, files, tmp_path)


@pytest.fixture
def bot(bottender):
    with running_bot(bottender) as child:
        yield child


@pytest.fixture
def robin(bottender, bot, facebook):
    """The bot, which receives every event of the Page. Returns Mona's messages to it."""
    world = bottender.world
    app = {"app_id": world["app_id"], "secret": world["app_secret"]}
    facebook.post("apps", **app, callback_url=bot.webhook, verify_token=VERIFY_TOKEN)
    return lambda **said: facebook.say(world["psid"], **said)


def test_a_bottender_bot_answers_as_its_persona(bottender, bot, robin, facebook):
    psid = bottender.world["psid"]
    robin(text="Hi!")
    answer = said(facebook, psid, 1)[-1]
    assert answer["text"] == "Hello Mona! Which tea?"
    assert answer["persona"]["name"] == "Robin"
    assert [reply["title"] for reply in answer["quick_replies"]] == ["Green", "Black"]
    (persona,) = facebook.personas()
    (typing,) = facebook.requests("POST", "/messages", action="typing_on")
    assert typing["body"]["persona_id"] == persona["id"]

    robin(quick_reply={"title": "Green", "payload": "GREEN"})
    teas = said(facebook, psid, 2)[-1]
    assert teas["template"]["elements"][0]["buttons"][0]["payload"] == "ORDER"

    robin(postback={"title": "Order", "payload": "ORDER"})
    ordered, receipt = said(facebook, psid, 4)[-2:]
    assert ordered["text"] == "Ordered."
    assert receipt["attachments"][0]["type"] == "image"

    facebook.post(f"customers/{psid}/react", mid=receipt["mid"], emoji="❤️")
    assert said(facebook, psid, 5)[-1]["text"] == "Thank you for ❤️"
    assert all(message["persona"]["id"] == persona["id"] for message in facebook.said(psid))
    assert_all_went_well(facebook, bot)


def test_a_bottender_bot_passes_thread_control_and_stays_silent(bottender, bot, robin, facebook):
    psid = bottender.world["psid"]
    robin(text="I want a person")
    said(facebook, psid, 1)
    eventually(lambda: facebook.thread(psid)["owner_app_id"] == OTHER_APP)
    robin(text="Hello?")
    facebook.post(f"customers/{psid}/read")
    eventually(lambda: facebook.get("world")["counts"]["webhooks_waiting"] == 0)
    assert facebook.texts(psid) == ["A colleague will answer."]
    assert_all_went_well(facebook, bot)


def said(facebook, psid, count):
    return eventually(lambda: (messages := facebook.said(psid)) and len(messages) >= count and messages)


def assert_all_went_well(facebook, bot):
    assert [call for call in facebook.requests() if call["status"] != 200] == []
    assert "rror" not in bot.said(), bot.said()


def command(bottender, facebook, *arguments):
    """Runs it to its end. Bottender's commands know no other address than Facebook's own: HTTPS_PROXY leads them here.
    → its exit code, and what it said without the sign before each line"""
    with bottender("messenger", *arguments, HTTPS_PROXY=facebook.url, https_proxy=facebook.url) as child:
        code = child.wait(TIMEOUT_S)
    return code, child.said().replace(PROMPT, "")


def test_bottenders_persona_commands_work_against_the_sandbox(bottender, facebook, files):
    def persona(*arguments):
        return command(bottender, facebook, "persona", *arguments)

    assert persona("list") == (0, "No personas are found.\n")

    code, output = persona("create", "--name", "Robin", "--pic", f"{files}/robin.png")
    (robin,) = facebook.personas()
    assert (code, output) == (0, f"Successfully create persona {robin['id']}\n")

    code, output = persona("get", "--id", robin["id"])
    assert code == 0
    assert "Name: Robin\nProfile picture: http" in output

    code, output = persona("list")
    assert code == 0
    assert robin["id"] in output
    assert "Robin" in output

    assert persona("delete", "--id", robin["id"]) == (0, f"Sucessfully delete persona of ID {robin['id']}\n")
    assert facebook.personas() == []

    code, output = persona("get", "--id", robin["id"])
    assert code == 1
    assert f"✖ Failed to get persona of ID {robin['id']}" in output
    assert "✖ status: 400" in output
    assert '"fbtraceId"' in output


def test_bottenders_profile_commands_work_against_the_sandbox(bottender, facebook):
    def profile(*arguments):
        return command(bottender, facebook, "profile", *arguments)

    code, output = profile("set")
    assert code == 0
    assert "Successfully set" in output

    code, output = profile("get")
    assert code == 0
    assert '"payload": "GET_STARTED"' in output
    assert '"question": "Where is my parcel?"' in output

    code, output = profile("set")
    assert code == 0
    assert "No change apply because the profile settings is the same." in output

    assert profile("set", "--force")[0] == 0
    code, output = profile("delete")
    assert (code, output) == (0, "Successfully delete messenger_profile settings\n")
    assert "GET_STARTED" not in profile("get")[1]
    assert [call for call in facebook.requests() if call["status"] != 200] == []


def test_bottenders_webhook_command_sets_the_webhook(bottender, bot, facebook):
    """The command asks for a confirmation at a terminal."""
    psid = bottender.world["psid"]
    hand, terminal = pty.openpty()
    command = ["messenger", "webhook", "set", "-w", bot.webhook]
    with bottender(*command, stdin=terminal, HTTPS_PROXY=facebook.url, https_proxy=facebook.url) as child:
        eventually(lambda: "(y/N)" in child.said(), seconds=TIMEOUT_S)
        os.write(hand, b"y")
        assert child.wait(TIMEOUT_S) == 0, child.said()
    os.close(hand)
    os.close(terminal)
    facebook.say(psid, text="Hi!")
    assert said(facebook, psid, 1)[-1]["text"] == "Hello Mona! Which tea?"
