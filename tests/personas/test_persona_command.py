"""The command `manage.py persona` against the sandbox: its output for people and for programs, and its errors."""

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from personas.models import Page, Persona
from tests.conftest import PAGE_ID, ROOT, TOKEN, url_of_test_database

pytestmark = pytest.mark.usefixtures("bluebird", "sandbox")


@pytest.fixture
def persona():
    """The command; returns what it printed."""

    def run(*words, **options):
        output = StringIO()
        call_command("persona", *words, stdout=output, **options)
        return output.getvalue()

    return run


@pytest.fixture
def face(pictures):
    return f"{pictures.url}/ana.png"


@pytest.fixture
def ana_r(persona, face):
    return json.loads(persona("create", "--name", "Ana R.", "--pic", face, "--json"))["id"]


def test_persona_create_creates_a_persona(persona, face, sandbox):
    said = persona("create", "--name", "Ana R.", "--pic", face)
    [made] = sandbox.personas()
    assert made["name"] == "Ana R."
    assert said == f"Created persona {made['id']}.\n"


def test_persona_list_prints_aligned_columns(persona, face, ana_r):
    persona("create", "--name", "Benjamin O.", "--pic", face)
    head, first, second = persona("list").splitlines()
    assert head.split() == ["Id", "Name", "Picture"]
    assert first.split()[:3] == [ana_r, "Ana", "R."]
    assert first.index("http") == second.index("http") == head.index("Picture")
    assert "Benjamin O." in second


def test_persona_list_says_when_there_are_no_personas(persona):
    assert persona("list") == "There are no personas.\n"
    assert json.loads(persona("list", "--json")) == []


def test_the_json_option_prints_json_for_each_persona_command(persona, ana_r):
    [row] = json.loads(persona("list", "--json"))
    assert row == json.loads(persona("get", "--id", ana_r, "--json"))
    assert (row["id"], row["name"]) == (ana_r, "Ana R.")
    assert json.loads(persona("delete", "--id", ana_r, "--json")) == {"id": ana_r, "success": True}


def test_persona_get_prints_id_name_and_picture(persona, ana_r):
    first, second, third = persona("get", "--id", ana_r).splitlines()
    assert (first, second) == (f"Id: {ana_r}", "Name: Ana R.")
    assert third.startswith("Picture: http")


def test_persona_delete_deletes_a_persona(persona, ana_r, sandbox):
    assert persona("delete", "--id", ana_r) == f"Deleted persona {ana_r}.\n"
    assert sandbox.personas() == []


def test_persona_delete_marks_the_persona_of_an_agent_as_gone(persona, ana, bluebird):
    row = bluebird.personas.for_agent(ana, bluebird)
    row.publish()
    persona("delete", "--id", row.graph_id)
    row.refresh_from_db()
    assert row.state == Persona.State.GONE


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "One of: create, list, get, delete"),
        (["rename"], "One of: create, list, get, delete"),
        (["create"], "--name and --pic: required"),
        (["create", "--name", "Ana R."], "--pic: required"),
        (["get"], "--id: required"),
        (["delete"], "--id: required"),
        (["get", "--id", "404"], "Cannot get: Facebook no longer knows .* code 100"),
        (["delete", "--id", "404"], "Cannot delete: Facebook no longer knows"),
        (["create", "--name", "x" * 51, "--pic", "https://example.test"], "1 to 50 characters; this one has 51"),
        (["create", "--name", "Ana R.", "--pic", "http://127.0.0.1:9/a.png"], "could not fetch the file"),
        (["list", "--page", "404"], "There is no Page 404"),
    ],
)
def test_a_wrong_use_of_the_persona_command_is_explained_in_a_sentence(words, sentence, persona):
    with pytest.raises(CommandError, match=sentence):
        persona(*words)


def test_the_persona_command_explains_an_error_of_facebook_with_its_code(persona, sandbox):
    sandbox.fail("personas", status=400, error={"message": "(#190) Expired", "code": 190, "error_subcode": 463})
    with pytest.raises(CommandError, match=r"has expired; an admin must renew it. .*code 190 · subcode 463"):
        persona("list")


def test_the_persona_command_requires_a_page_if_there_are_several(persona, sandbox):
    Page.objects.create(page_id="2", token=TOKEN, name="Redbird Tea")
    with pytest.raises(
        CommandError, match=r"Which Page\?\n.*--page 102030405060708  Bluebird Tea\n.*--page 2  Redbird"
    ):
        persona("list")
    assert persona("list", "--page", PAGE_ID) == "There are no personas.\n"


def test_the_persona_command_says_when_there_is_no_page(persona):
    Page.objects.all().delete()
    with pytest.raises(CommandError, match="no Page yet"):
        persona("list")


@pytest.mark.parametrize("words", [["get"], ["get", "--id", "404"], ["rename"], []])
def test_an_error_of_the_persona_command_goes_to_standard_error_with_exit_code_1(words, transactional_db, bluebird):
    environment = os.environ | {"DATABASE_URL": url_of_test_database(), "GRAPH_API_URL": settings.GRAPH_API_URL}
    command = [sys.executable, "manage.py", "persona", *words]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("CommandError: ")
    assert "Traceback" not in ended.stderr
