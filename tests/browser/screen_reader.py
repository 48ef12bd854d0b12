"""Orca, the screen reader of Linux, on a display of its own. Its speech is written to a file."""

import os
import shutil
import subprocess
import time
from contextlib import contextmanager

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
PROGRAMS = ["orca", "speech-dispatcher", "Xvfb", "dbus-daemon", "openbox", "chromium", LAUNCHER]
STARTS_WITHIN = 60  # s
# Speech goes to a command in place of a voice, and sounds to a device of ALSA that is none.
SPEECH = """
AudioOutputMethod "alsa"
AddModule "file" "sd_generic" "file.conf"
DefaultModule file
DefaultLanguage "en"
"""
VOICE = r"""
GenericExecuteSynth "echo \'$DATA\' >> %s"
GenericLanguage "en" "en" "utf-8"
GenericDefaultCharset "utf-8"
AddVoice "en" "MALE1" "one"
"""
NO_SOUND = "pcm.!default { type null }\nctl.!default { type null }\n"


def missing():
    """Return the programs that this machine lacks."""
    return [name for name in PROGRAMS if not shutil.which(name)]


class ScreenReader:
    """Orca on its display."""

    def __init__(self, speech, environment):
        self.speech, self.environment = speech, environment

    @property
    def said(self):
        """Return all words that it has said so far, in order."""
        return " ".join(self.speech.read_text(errors="replace").split()) if self.speech.exists() else ""

    def says_after(self, press):
        """Press something; return a function that returns what it has said since."""
        before = len(self.said)
        press()
        return lambda: self.said[before:]


@contextmanager
def screen_reader(folder):
    """Start a display, a bus for accessibility, speech and Orca; end all of them."""
    programs, speech = [], folder / "speech.txt"
    environment = os.environ | _home(folder, speech)

    def start(*command, **options):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | options
        programs.append(subprocess.Popen(command, env=environment, cwd=folder, **quiet))
        return programs[-1].stdout

    def first_line(*command):
        return start(*command, stdout=subprocess.PIPE).readline().decode().strip()

    try:
        environment["DISPLAY"] = ":" + first_line("Xvfb", "-displayfd", "1", "-screen", "0", "1440x900x24")
        environment["DBUS_SESSION_BUS_ADDRESS"] = first_line("dbus-daemon", "--session", "--nofork", "--print-address")
        start("openbox")
        start(LAUNCHER, "--launch-immediately")
        start("speech-dispatcher", "--run-single", "--timeout", "0")
        reader = ScreenReader(speech, environment)
        start("orca", "--replace")
        _wait_for(lambda: "Screen reader on" in reader.said)
        yield reader
    finally:
        for program in reversed(programs):
            program.terminate()
        for program in programs:
            program.wait(10)


def _home(folder, speech):
    """Make a home with the settings of speech; return the variables that point there."""
    modules = folder / ".config" / "speech-dispatcher" / "modules"
    modules.mkdir(parents=True)
    (modules.parent / "speechd.conf").write_text(SPEECH)
    (modules / "file.conf").write_text(VOICE % speech)
    (folder / ".asoundrc").write_text(NO_SOUND)
    (folder / "run").mkdir(mode=0o700)
    paths = {"HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run"), "XDG_CONFIG_HOME": str(folder / ".config")}
    return paths | {"LANG": "C.UTF-8", "ACCESSIBILITY_ENABLED": "1", "XDG_DATA_HOME": str(folder / "share")}


def _wait_for(look):
    until = time.monotonic() + STARTS_WITHIN
    while not look():
        assert time.monotonic() < until, "Orca says nothing"
        time.sleep(0.1)
