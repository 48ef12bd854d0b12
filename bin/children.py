"""Child processes: they never outlive their parent, and it stops no other process."""

import shutil
import signal
import subprocess
import time


def tethered(command, signal_when_orphaned=signal.SIGKILL, setpriv=()):
    """Return the command in a form in which the kernel sends it this signal when its parent is killed.

    For the kernel, the parent is the thread that starts the command: it has to live as long as the command should.
    """
    if not shutil.which("setpriv"):  # not Linux, and only Linux can do this
        return command
    name = signal_when_orphaned.name.removeprefix("SIG")
    return ["setpriv", "--pdeathsig", name, *setpriv, "--", *command]


def stop(*processes, by=signal.SIGTERM, within=10):
    """Ask all processes to stop, wait for them for `within` seconds altogether, and kill the rest."""
    deadline = time.monotonic() + within
    for process in processes:
        process.send_signal(by)
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
