"""Faults of the infrastructure really happen, and end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.infrastructure import Hardware, _frozen
from tests.chaos.stack import MUTATIONS, ROOT
from tests.stand_in import eventually

SAVE = (
    "from django.core.files.storage import FileSystemStorage as S; from io import BytesIO; S({!r}).save('a', BytesIO())"
)
NOW = "from django.utils import timezone; print(timezone.now().timestamp())"
DJANGO = "from django.conf import settings; settings.configure(USE_TZ=True); "


@pytest.fixture
def hardware(tmp_path):
    return Hardware(tmp_path / "hardware")


@pytest.fixture
def program(hardware):
    """One of the console's, as chaos starts it; returns how it ended."""

    def run(code, name="worker-1"):
        environment = os.environ | {
            "PYTHONPATH": MUTATIONS,
            "CHAOS_MUTATION": "",
            "CHAOS_HARDWARE": str(hardware.folder),
            "CHAOS_PROGRAM": name,
        }
        command = [sys.executable, "-c", DJANGO + code]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)

    return run


def test_a_simulated_full_disk_refuses_writes_until_it_ends(hardware, program, tmp_path):
    save = SAVE.format(str(tmp_path / "media"))
    with hardware.changed("disk", "full"):
        assert "No space left on device" in program(save).stderr
    assert program(save).returncode == 0


def test_a_simulated_clock_jump_affects_one_program_alone(hardware, program):
    def off(name):
        return round((float(program(NOW, name).stdout) - float(program(NOW, "beat").stdout)) / 100)

    with hardware.changed("clock-worker-1", "-1000"):
        assert (off("worker-1"), off("worker-2")) == (-10, 0)
    assert off("worker-1") == 0


def test_a_frozen_process_stops_with_its_children_and_resumes():
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import sys; sys.stdin.read()'])"
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE) as process:
        [grandchild] = eventually(lambda: list(filter(_has_begun, _children(process.pid))))
        with _frozen(process.pid):
            eventually(lambda: _state(process.pid) == _state(grandchild) == "T")
        eventually(lambda: "T" not in (_state(process.pid), _state(grandchild)))
        process.stdin.close()  # and both end


def _children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _has_begun(pid):
    """Return whether the child runs its own program: until then its parent waits for it and cannot be stopped."""
    return b"subprocess" not in Path(f"/proc/{pid}/cmdline").read_bytes()


def _state(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
