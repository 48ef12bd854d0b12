"""Settings with which the console refuses to start, and the keys that encrypt tokens."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection

from agents.models import Agent
from console.infrastructure import start_up_checks
from console.models import ApiKey
from console.new_keys import vapid_private_key
from personas.models import Page
from tests.conftest import TOKEN
from tests.production import PRODUCTION

ROOT = Path(__file__).parent.parent
TRIAL = PRODUCTION | {
    "SECRET_KEY": "example-only-secret-key",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": ["127.0.0.1", "localhost", "proxy"],
    "FACEBOOK_APP_SECRET": "example-only-app-secret",
    "WEBHOOK_VERIFY_TOKEN": "example-only-verify-token",
    "GRAPH_API_URL": "http://sandbox:8001",
    "TOKEN_ENCRYPTION_KEYS": ["example-only-key-not-for-production-0000000="],
    "DEBUG": True,
}


def start(settings, **changed):
    start_up_checks.refuse_missing_or_weak(**settings | changed)


def test_a_program_without_a_required_setting_stops_with_a_sentence_and_no_traceback():
    environment = {name: value for name, value in os.environ.items() if name != "WEBHOOK_VERIFY_TOKEN"}
    for command in (["manage.py", "check"], ["-m", "celery", "-A", "console", "report"]):
        ended = subprocess.run([sys.executable, *command], env=environment, cwd=ROOT, capture_output=True, text=True)
        assert ended.returncode != 0
        assert ended.stderr.strip() == (
            "The console does not start. Set WEBHOOK_VERIFY_TOKEN: .env.example says what it is for."
        )


def test_correct_settings_of_production_and_of_a_trial_pass_the_start_up_checks():
    start(PRODUCTION)
    start(TRIAL)
    start(TRIAL, PUBLIC_URL="http://console.localhost:8000", ALLOWED_HOSTS=["::1", "web"])


@pytest.mark.parametrize("settings", [PRODUCTION, TRIAL], ids=["production", "trial"])
@pytest.mark.parametrize("name", [*start_up_checks.REQUIRED, "TOKEN_ENCRYPTION_KEYS"])
def test_a_missing_setting_is_refused_at_start_and_named(name, settings):
    with pytest.raises(ImproperlyConfigured, match=rf"^Set {name}\b.*[.:]"):
        start(settings, **{name: type(settings[name])()})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://help.example.com"),
        ("PUBLIC_URL", "help.example.com"),
        ("GRAPH_API_URL", "http://sandbox:8001"),
        ("DEBUG", True),
        ("ALLOWED_HOSTS", ["*"]),
        ("ALLOWED_HOSTS", []),
        ("SECRET_KEY", "example-only-secret-key-example-only-secret-key"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "abcabc" * 10),
        ("FACEBOOK_APP_SECRET", "example-only-app-secret"),
        ("FACEBOOK_APP_SECRET", "short"),
        ("WEBHOOK_VERIFY_TOKEN", "example-only-verify-token"),
        ("WEBHOOK_VERIFY_TOKEN", "verify"),
        ("TOKEN_ENCRYPTION_KEYS", TRIAL["TOKEN_ENCRYPTION_KEYS"]),
        ("TOKEN_ENCRYPTION_KEYS", PRODUCTION["TOKEN_ENCRYPTION_KEYS"] + TRIAL["TOKEN_ENCRYPTION_KEYS"]),
        ("FACEBOOK_APP_ID", ""),
        ("REDIS_URL", "redis://:example-only-password@redis/0"),
        ("REDIS_URL", "rediss://redis/0?ssl_cert_reqs=none"),
        ("DATABASE_URL", "postgresql://console:example-only-password@db/console"),
    ],
)
def test_a_weak_setting_is_refused_in_production_and_named(name, value):
    with pytest.raises(ImproperlyConfigured, match=rf"\b{name}\b.*"):
        start(PRODUCTION, **{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIME_ZONE", "Europe/Berln"),
        ("TIME_ZONE", "../etc/passwd"),
        ("LOG_LEVEL", "VERBOSE"),
        ("LOG_LEVEL", "info"),
        ("LOG_FORMAT", "JSON"),
        ("DEBUG", "ture"),
        ("GRAPH_TIMEOUT", "ten"),
        ("SETTLE_SECONDS", "-1"),
        ("WEBHOOK_RETENTION_DAYS", "1"),
        ("CONVERSATION_RETENTION_DAYS", "never"),
        ("SESSION_IDLE_MINUTES", "5"),
        ("SESSION_HOURS", "12h"),
        ("CONFIRM_MINUTES", "0"),
        ("DATABASE_URL", "localhost:5432/console"),
        ("DATABASE_URL", "mysql://console@db/console"),
        ("DATABASE_URL", "postgresql://console@db:port/console"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "http://redis:6379"),
        ("PUBLIC_URL", "localhost:8000"),
        ("PUBLIC_URL", "http://localhost:8000/console"),
        ("GRAPH_API_URL", "sandbox:8001"),
        ("S3_BUCKET", "s3://files"),
        ("EMAIL_URL", "mail.example.com"),
        ("EMAIL_FROM", "help"),
        ("BREACHED_PASSWORDS_FILE", "/no/such/list.txt"),
        ("BREACHED_PASSWORDS_FILE", __file__),
        ("S3_ENDPOINT_URL", "s3.example.com"),
        ("GRAPH_API_VERSION", "27"),
        ("FACEBOOK_APP_ID", "app"),
        ("ALLOWED_HOSTS", "http://localhost"),
        ("ALLOWED_HOSTS", "localhost:8000"),
    ],
)
def test_a_malformed_setting_is_refused_at_start_and_named(name, value):
    ended = subprocess.run(
        [sys.executable, "-c", "import console.settings"],
        env=os.environ | {name: value},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode != 0
    assert re.fullmatch(rf"The console does not start\. {name} is '.*': set it to .*\.", ended.stderr.strip())


def test_the_refusal_of_a_malformed_database_url_does_not_contain_its_password():
    with pytest.raises(ImproperlyConfigured) as refused:
        start_up_checks.refuse_malformed(**SHAPED | {"DATABASE_URL": "mysql://console:gT5rW2qX@db/console"})
    assert "gT5rW2qX" not in str(refused.value)


@pytest.mark.parametrize("url", ["smtp://mail.example.com:25", "smtp+tls://apikey:secret@mail.example.com:587"])
def test_e_mail_without_a_sender_is_refused_at_start(url):
    ended = subprocess.run(
        [sys.executable, "-c", "import console.settings"],
        env=os.environ | {"EMAIL_URL": url, "EMAIL_FROM": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode != 0
    assert ended.stderr.startswith("The console does not start. Set EMAIL_FROM to an address, as in help@example.com:")
    assert "secret" not in ended.stderr


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp+tls://help%40example.com:secret@mail.example.com:587", ""),
        ("smtp://mail.example.com:25", "Bluebird Tea <help@example.com>"),
        ("", ""),
    ],
)
def test_e_mail_has_a_sender_of_its_own_or_the_address_that_logs_in_at_the_mail_server(url, sender):
    start_up_checks.refuse_missing_sender(url, sender)


SHAPED = PRODUCTION | {
    "PUSH_HOSTS": [],
    **{"EMAIL_URL": "smtp+tls://help:secret@mail.example.com:587", "EMAIL_FROM": "Bluebird Tea <help@example.com>"},
    "BREACHED_PASSWORDS_FILE": "",
    **{"GRAPH_API_VERSION": "v27.0", "LOG_LEVEL": "INFO", "LOG_FORMAT": "json", "TIME_ZONE": "Europe/Berlin"},
    **{"S3_BUCKET": "files", "S3_ENDPOINT_URL": "https://s3.example.com:9000"},
}


@pytest.mark.parametrize(
    "right",
    [
        {},
        {"REDIS_URL": "rediss://:secret@redis:6379/0?ssl_ca_certs=/ca.pem"},
        {"REDIS_URL": "unix:///run/redis.sock?db=0"},
        {"DATABASE_URL": "postgresql:///console?host=/run/postgresql"},
        {"PUBLIC_URL": "http://[::1]:8000", "ALLOWED_HOSTS": ["::1", "[::1]", ".example.com", "*", "10.0.0.1"]},
        {"FACEBOOK_APP_ID": "", "TIME_ZONE": "UTC", "EMAIL_URL": "", "EMAIL_FROM": ""},
    ],
)
def test_well_formed_settings_pass_the_start_up_checks(right):
    start_up_checks.refuse_malformed(**SHAPED | right)


def test_a_list_of_breached_passwords_in_order_passes_the_start_up_checks(tmp_path):
    path = tmp_path / "breached.txt"
    path.write_text("".join(f"{number:040X}:{number}\n" for number in range(1000)))
    start_up_checks.refuse_malformed(**SHAPED | {"BREACHED_PASSWORDS_FILE": str(path)})


@pytest.mark.parametrize(
    "public",
    [
        {"PUBLIC_URL": "https://help.example.com"},
        {"PUBLIC_URL": "https://203.0.113.5"},
        {"ALLOWED_HOSTS": ["localhost", "help.example.com"]},
        {"ALLOWED_HOSTS": ["*"]},
        {"ALLOWED_HOSTS": [".example.com"]},
        {"ALLOWED_HOSTS": ["192.168.1.7"]},
    ],
)
def test_a_trial_that_strangers_can_reach_is_refused(public):
    with pytest.raises(ImproperlyConfigured):
        start(TRIAL, **public)


@pytest.mark.parametrize(
    "pattern",
    [
        *["{firstname}", "{}", "{0}", "{first", "{first!x}", "{first:d}"],
        "{first.name}",
        "{first[x]}",
    ],
)
def test_a_malformed_persona_name_pattern_is_refused_at_start(pattern):
    with pytest.raises(ImproperlyConfigured, match=r"^PERSONA_NAME_PATTERN may contain"):
        start(TRIAL, PERSONA_NAME_PATTERN=pattern)


@pytest.mark.parametrize("key", ["short", "ü" * 44, "=" * 44, ""])
def test_a_malformed_encryption_key_is_refused_at_start_without_being_printed(key):
    with pytest.raises(ImproperlyConfigured, match=r"python -m console\.new_keys") as refused:
        start(TRIAL, TOKEN_ENCRYPTION_KEYS=[key])
    assert not key or key not in str(refused.value)


@pytest.mark.parametrize("key", ["short", "ü" * 43, "A" * 43, "_" * 43])
def test_a_malformed_key_for_push_is_refused_at_start_without_being_printed(key):
    with pytest.raises(ImproperlyConfigured, match=r"python -m console\.new_keys") as refused:
        start_up_checks.refuse_invalid_vapid_key(key)
    assert key not in str(refused.value)


def test_a_new_key_for_push_or_none_passes_the_start_up_checks():
    for key in ("", vapid_private_key()):
        start_up_checks.refuse_invalid_vapid_key(key)


def test_env_example_has_every_setting_and_marks_its_secrets_as_examples():
    text = (ROOT / ".env.example").read_text()
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert set(PRODUCTION) <= set(given)
    for name in ["SECRET_KEY", "TOKEN_ENCRYPTION_KEYS", "FACEBOOK_APP_SECRET", "WEBHOOK_VERIFY_TOKEN"]:
        assert given[name].startswith(start_up_checks.EXAMPLE)


# Keys that change


@pytest.fixture
def keys(settings):
    settings.TOKEN_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    return settings


def stored():
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM personas_page")
        return cursor.fetchone()[0]


def test_a_token_is_encrypted_with_the_first_key_and_never_twice_alike(keys, bluebird):
    first = stored()
    assert Fernet(keys.TOKEN_ENCRYPTION_KEYS[0]).decrypt(first).decode() == TOKEN
    bluebird.save()
    assert stored() != first


def test_a_token_of_an_old_encryption_key_is_read_and_rewritten_with_the_new_one(keys, bluebird):
    new = Fernet.generate_key().decode()
    keys.TOKEN_ENCRYPTION_KEYS = [new, *keys.TOKEN_ENCRYPTION_KEYS]
    bluebird = Page.objects.get()
    assert bluebird.token == TOKEN
    bluebird.save()
    keys.TOKEN_ENCRYPTION_KEYS = [new]
    assert Page.objects.get().token == TOKEN


def test_a_token_cannot_be_read_with_a_wrong_encryption_key(keys, bluebird):
    keys.TOKEN_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert Page.objects.get().token == ""  # an admin can enter it anew
    assert TOKEN not in stored()


def test_a_stored_token_that_is_not_encrypted_is_not_read(keys, bluebird):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE personas_page SET token = 'plain'")
    assert Page.objects.get().token == ""


def test_pages_cannot_be_filtered_by_token(bluebird):
    with pytest.raises(FieldError):
        Page.objects.filter(token=TOKEN).exists()


@pytest.mark.parametrize("value", ["soon", "0", "-1", "nan", "99999"])
def test_a_timeout_setting_that_is_no_sensible_time_is_refused(value):
    with pytest.raises(ImproperlyConfigured, match="GRAPH_TIMEOUT"):
        start_up_checks.seconds("GRAPH_TIMEOUT", value)
    assert start_up_checks.seconds("GRAPH_TIMEOUT", "2.5") == 2.5


@pytest.mark.parametrize("value", ["", "1", "-3", "2.5", "30 days", "99999"])
def test_a_retention_setting_that_is_no_sensible_number_of_days_is_refused(value):
    with pytest.raises(ImproperlyConfigured, match="WEBHOOK_RETENTION_DAYS"):
        start_up_checks.days("WEBHOOK_RETENTION_DAYS", value)
    assert start_up_checks.days("WEBHOOK_RETENTION_DAYS", "2") == 2
    assert start_up_checks.days("CONVERSATION_RETENTION_DAYS", "0", least=0) == 0


# The demo


@pytest.fixture
def production(settings):
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = PRODUCTION["PUBLIC_URL"], PRODUCTION["ALLOWED_HOSTS"]


def test_the_demo_command_is_refused_in_production(db, production):
    with pytest.raises(CommandError, match="trials"):
        call_command("demo")
    assert not Agent.objects.exists()


def test_the_api_key_of_the_demo_is_refused_in_production(bluebird, settings):
    key = ApiKey(page=bluebird, name="Robin")
    secret = key.set_secret("hk_example-only-key-of-the-demo")
    key.save()
    assert ApiKey.objects.find(secret) == key
    settings.PUBLIC_URL = PRODUCTION["PUBLIC_URL"]
    assert ApiKey.objects.find(secret) is None


def test_docker_compose_publishes_every_port_on_localhost_by_default():
    published = re.findall(r"^ +- (\S+:\d+)(?: #.*)?$", (ROOT / "docker-compose.yml").read_text(), re.MULTILINE)
    assert len(published) == 3
    assert all(port.startswith("${BIND_ADDRESS:-127.0.0.1}:") for port in published)
    assert "\nBIND_ADDRESS=127.0.0.1\n" in (ROOT / ".env.example").read_text()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TOKEN_ENCRYPTION_KEYS", ["example-only-key-not-for-production-0000001="]),  # the same 256 bits
        (
            "TOKEN_ENCRYPTION_KEYS",
            [*PRODUCTION["TOKEN_ENCRYPTION_KEYS"], "example+only+key+not+for+production+0000000="],
        ),
        ("TOKEN_ENCRYPTION_KEYS", [" example-only-key-not-for-production-0000000=\n"]),
        ("DATABASE_URL", "postgresql://console:example%2Donly%2dpassword@db/console"),
        ("REDIS_URL", "redis://:%65xample-only-password@redis"),
        ("FACEBOOK_APP_SECRET", "sandbox-app-secret"),
    ],
)
def test_an_example_secret_is_refused_in_production_in_any_spelling(name, value):
    with pytest.raises(ImproperlyConfigured, match=name):
        start(PRODUCTION, **{name: value})
