"""Compose for production, docker-compose.production.yml: the programs of a trial, locked in, with secrets in files."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from console.infrastructure import start_up_checks
from tests.house import ROOT
from tests.production import PRODUCTION

TRIAL = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
WHOLE = yaml.safe_load((ROOT / "docker-compose.production.yml").read_text())
SERVICES = WHOLE["services"]
PROGRAMS = ["web", "worker", "processor", "background", "beat", "migrate"]
MOUNTED = "/run/secrets/"


@pytest.mark.parametrize("name", PROGRAMS)
def test_production_runs_the_programs_of_a_trial(name):
    trial, service = TRIAL["services"][name], SERVICES[name]
    assert service["command"] == trial["command"]
    assert service.get("stop_grace_period") == trial.get("stop_grace_period")
    given = {variable for variable in trial["environment"] if variable not in ("DATABASE_URL", "REDIS_URL")}
    assert given <= service["environment"].keys()
    assert service["build"]["target"] == "production"


def test_production_has_neither_sandbox_nor_demo():
    demo = {name for name, service in TRIAL["services"].items() if "demo" in service.get("profiles", [])}
    assert demo
    assert SERVICES.keys() == TRIAL["services"].keys() - demo


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_can_neither_change_its_image_nor_gain_rights(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert service["restart"] == ("on-failure" if name == "migrate" else "unless-stopped")


def test_the_database_and_redis_are_reached_by_the_programs_alone():
    assert WHOLE["networks"]["servers"]["internal"] is True
    for name in ("db", "redis"):
        assert SERVICES[name]["networks"] == ["servers"]
        assert "ports" not in SERVICES[name]
    assert SERVICES["proxy"]["networks"] == ["outside"]


def test_the_migrations_alone_run_as_the_owner_of_the_tables():
    holders = {name for name, service in SERVICES.items() if "database_owner_url" in service.get("secrets", [])}
    assert holders == {"migrate"}
    assert SERVICES["migrate"]["environment"]["DATABASE_URL_FILE"] == f"{MOUNTED}database_owner_url"
    assert SERVICES["web"]["environment"]["DATABASE_URL_FILE"] == f"{MOUNTED}database_url"


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_secret_of_a_program_is_a_file_that_it_is_given(name):
    service = SERVICES[name]
    files = {
        path for variable, path in service["environment"].items() if variable.endswith("_FILE") and MOUNTED in path
    }
    assert files == {MOUNTED + secret for secret in service["secrets"]}
    assert set(service["secrets"]) <= WHOLE["secrets"].keys()


@pytest.fixture
def made(tmp_path):
    """Make secrets in an empty project; return their folder."""
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "bin" / "new-secrets", tmp_path / "bin")

    def make():
        subprocess.run([tmp_path / "bin" / "new-secrets"], check=True, capture_output=True)
        return tmp_path / "secrets"

    return make


def values(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_new_secrets_are_whole_and_strong_enough_to_start_with(made):
    folder = made()
    secrets = values(folder)
    files = {Path(secret["file"]).name for secret in WHOLE["secrets"].values()}
    assert secrets.keys() == files - {"facebook_app_secret"}
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o777 == 0o444 for path in folder.iterdir())
    names = ["SECRET_KEY", "WEBHOOK_VERIFY_TOKEN", "DATABASE_URL", "REDIS_URL"]
    given = {name: secrets[name.lower()] for name in names}
    keys = [secrets["token_encryption_keys"]]
    start_up_checks.refuse_missing_or_weak(**PRODUCTION | given | {"TOKEN_ENCRYPTION_KEYS": keys})
    start_up_checks.refuse_invalid_vapid_key(secrets["vapid_private_key"])


def test_secrets_that_exist_are_kept(made):
    before = values(made())
    (made() / "metrics_token").unlink()
    after = values(made())
    assert after.keys() == before.keys()
    assert {name for name in before if after[name] != before[name]} == {"metrics_token"}


# Settings in files


def ask_settings(expression, **environment):
    code = f"from console import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, cwd=ROOT, capture_output=True, text=True
    )


def test_a_setting_is_read_from_its_file_without_the_end_of_the_line(tmp_path):
    (tmp_path / "secret").write_text("Px7Kq2vR9tB4nW8mZ1cL6pJ3hG5fD0sAyUeIoQrTwVbNk\n")
    answer = ask_settings("repr(settings.SECRET_KEY)", SECRET_KEY_FILE=str(tmp_path / "secret"), SECRET_KEY="another")
    assert answer.stdout.strip() == "'Px7Kq2vR9tB4nW8mZ1cL6pJ3hG5fD0sAyUeIoQrTwVbNk'", answer.stderr


def test_a_file_of_a_setting_that_is_not_there_is_named_in_a_sentence(tmp_path):
    answer = ask_settings("1", SECRET_KEY_FILE=str(tmp_path / "secret"))
    assert answer.returncode != 0
    assert answer.stderr.startswith("The console does not start. SECRET_KEY_FILE cannot be read: ")
    assert "Traceback" not in answer.stderr


# bin/healthcheck.py


@pytest.fixture
def container(tmp_path):
    """Run a shell with one child, as init runs a program in a container."""
    shell = subprocess.Popen(["/bin/sh", "-c", "sleep 600; exit 7"], start_new_session=True)
    yield shell
    if shell.poll() is None:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()


@pytest.fixture
def check(container, tmp_path):
    def check(name):
        environment = os.environ | {"ALIVE_FILE": str(tmp_path / "alive"), "DATA_DIR": str(tmp_path)}
        options = ["--parent", str(container.pid), "--state", str(tmp_path), "--url", "http://127.0.0.1:1/livez"]
        return subprocess.run(
            [sys.executable, "bin/healthcheck.py", name, *options], env=environment, cwd=ROOT
        ).returncode

    return check


def touch(path, seconds_ago=0):
    path.touch()
    at = time.time() - seconds_ago
    os.utime(path, (at, at))


def test_a_worker_that_was_well_is_ended_at_its_third_failure_in_a_row(check, container, tmp_path):
    alive = tmp_path / "alive"
    touch(alive)
    assert check("worker") == 0
    touch(alive, seconds_ago=61)
    assert [check("worker"), check("worker")] == [1, 1]
    touch(alive)
    assert check("worker") == 0
    touch(alive, seconds_ago=61)
    assert [check("worker"), check("worker")] == [1, 1]
    assert container.poll() is None
    assert check("worker") == 1
    assert container.wait(10) == 7


def test_a_program_that_was_never_well_may_still_be_starting(check, container):
    assert [check("web") for _time in range(5)] == [1] * 5
    assert container.poll() is None


def test_beat_is_well_while_it_stores_its_position(check, tmp_path):
    assert check("beat") == 1
    touch(tmp_path / "beat-schedule.dat", seconds_ago=200)
    assert check("beat") == 0
