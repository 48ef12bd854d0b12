"""Example credentials: none works in production, even if the database began as a trial."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from agents.models import Agent
from console.infrastructure import start_up_checks
from console.infrastructure.start_up_checks import example_credentials
from console.management.commands.demo import PEOPLE
from console.models import ApiKey, HandoverRules
from personas.models import Page
from tests.conftest import ROOT, TOKEN, free_port, url_of_test_database
from tests.production import PRODUCTION

DEMO_KEY = "hk_example-only-key-of-the-demo"
OWN_KEYS = PRODUCTION["TOKEN_ENCRYPTION_KEYS"]


@pytest.fixture
def production(settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = PRODUCTION["PUBLIC_URL"], PRODUCTION["ALLOWED_HOSTS"]
    settings.TOKEN_ENCRYPTION_KEYS = OWN_KEYS


@pytest.fixture
def log_ins(db):
    """Those of the demo."""
    for name, fields in PEOPLE:
        Agent.objects.create_user(name, password=example_credentials.PASSWORD, **fields)


@pytest.fixture
def key(bluebird):
    key = ApiKey(page=bluebird, name="Robin")
    key.set_secret(DEMO_KEY)
    key.save()
    return key


@pytest.fixture
def leaked_page(db, settings):
    """A Page whose token was stored while the key of .env.example was in use."""
    settings.TOKEN_ENCRYPTION_KEYS = [start_up_checks.EXAMPLE_KEY]
    return Page.objects.create(page_id="77", token=TOKEN, name="Green Bakery")


def test_production_reports_each_log_in_of_the_demo(log_ins, production):
    assert [error.split("”")[0] for error in example_credentials.problems()] == [
        *["The log-in “ana", "The log-in “ben", "The log-in “admin"]
    ]


def test_the_known_example_log_ins_are_those_that_the_demo_creates():
    assert [name for name, _fields in PEOPLE] == example_credentials.LOG_INS


def test_production_reports_a_renamed_log_in_with_the_password_of_the_demo(log_ins, production):
    Agent.objects.filter(username="admin").update(username="ada.lindt")
    assert "The log-in “ada.lindt” has the demo's password." in example_credentials.problems()


def test_production_accepts_demo_log_ins_with_a_new_or_no_password_or_that_left(log_ins, production):
    ana, ben, admin = Agent.objects.order_by("pk")
    ana.set_password("quite a long phrase")
    ben.set_unusable_password()
    admin.is_active = False
    Agent.objects.bulk_update([ana, ben, admin], ["password", "is_active"])
    assert example_credentials.problems() == []


def test_the_password_of_the_demo_is_refused_in_production_for_any_name(log_ins, client, request):
    Agent.objects.filter(username="ana").update(username="ana.ruiz")
    fields = {"username": "ana.ruiz", "password": example_credentials.PASSWORD}
    assert client.post("/login/", fields).status_code == 302
    client.post("/logout/")
    request.getfixturevalue("production")
    answer = client.post("/login/", fields, headers={"Host": "help.example.com"})
    assert "Please enter a correct username and password" in answer.content.decode()


def test_production_reports_the_api_key_of_the_demo(key, production):
    assert example_credentials.problems() == ["The API key “Robin” of the Page Bluebird Tea is the demo's."]
    key.revoke()
    assert example_credentials.problems() == []


def test_production_reports_an_access_token_encrypted_with_the_example_key(leaked_page, production):
    sentence = "The access token of Green Bakery is an example, or is encrypted with the key of .env.example."
    assert example_credentials.problems() == [sentence]
    Page.objects.get().save()  # with a key of its own
    Page.objects.update(token=TOKEN)
    assert example_credentials.problems() == []


def test_production_reports_a_webhook_secret_that_is_an_example(bluebird, production):
    Page.objects.update(token=TOKEN)
    HandoverRules.objects.create(page=bluebird, holder_secret="example-only-app-secret")
    assert ["The secret of Bluebird Tea" in error for error in example_credentials.problems()] == [True]


def test_a_trial_may_have_example_log_ins_keys_and_tokens(log_ins, key, leaked_page):
    assert example_credentials.problems() == []


def test_a_database_that_is_not_migrated_yet_reports_no_example_credentials(log_ins, production):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE agents_agent RENAME TO not_there_yet")
    assert example_credentials.problems() == []


def test_the_demo_command_with_end_removes_all_example_credentials(log_ins, key, leaked_page, production):
    assert len(example_credentials.problems()) == 5
    call_command("demo", end=True)
    assert example_credentials.problems() == []
    assert not Agent.objects.get(username="admin").has_usable_password()
    assert ApiKey.objects.find(DEMO_KEY) is None
    assert Page.objects.get(pk=leaked_page.pk).token == ""


def test_the_password_of_the_demo_is_refused_as_a_new_password():
    with pytest.raises(ValidationError, match="demo's password"):
        validate_password(example_credentials.PASSWORD)


def test_check_deploy_reports_example_log_ins_with_a_hint(log_ins, production):
    with pytest.raises(SystemCheckError, match=r"The log-in “admin” has the demo's password\.\s+HINT: .*--end"):
        call_command("check", deploy=True)
    call_command("check")  # which migrate makes too, and which asks no database


# The web server


@pytest.fixture
def start(transactional_db, log_ins):
    """Start the web server on this database under production settings; returns its exit code and what it said."""
    Agent.objects.update(
        password=make_password(example_credentials.PASSWORD, hasher="pbkdf2_sha256")
    )  # not the tests' quick one
    children = []

    def start(**changed):
        port = free_port()
        lists = {name: ",".join(value) for name, value in PRODUCTION.items() if isinstance(value, list)}
        here = {"DATABASE_URL": url_of_test_database(), "REDIS_URL": settings.REDIS_URL, "DEBUG": "0"}
        environment = os.environ | PRODUCTION | lists | here | changed
        child = subprocess.Popen(
            [sys.executable, "bin/run.py", "web", "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.wait(10)


def test_the_web_server_refuses_to_start_while_a_log_in_of_the_demo_works(start):
    said, _errors = (child := start()).communicate(timeout=60)
    assert child.returncode not in (0, None)
    assert "The console does not start. The log-in “ana” has the demo's password." in said
    assert "python manage.py demo --end" in said
    assert "Traceback" not in said


def test_the_web_server_starts_once_the_example_credentials_are_removed(start):
    example_credentials.end()
    child = start()
    assert any("Application startup complete" in line for line in child.stdout)


@pytest.mark.slow
def test_the_web_server_refuses_to_start_if_its_database_cannot_be_checked(start):
    child = start(DATABASE_URL=f"postgresql://console:gT5rW2qX@127.0.0.1:{free_port()}/console")
    said, _errors = child.communicate(timeout=60)
    assert child.returncode not in (0, None)
    assert example_credentials.NO_DATABASE in said
