"""Programs we start: they never outlive us, and we stop no others."""

import shutil
import signal
import subprocess
import time


def tethered(command, signal_when_orphaned=signal.SIGKILL, setpriv=()):
    """The command, such that the kernel sends it a signal should we be killed and unable to."""
    if not shutil.which("setpriv"):  # not Linux: there is no such signal
        return command
    name = signal_when_orphaned.name.removeprefix("SIG")
    return ["setpriv", "--pdeathsig", name, *setpriv, "--", *command]


def stop(*processes, by=signal.SIGTERM, within=10):
    """Ask all of them to stop, wait so many seconds for all together, and kill those that stay."""
    deadline = time.monotonic() + within
    for process in processes:
        process.send_signal(by)
    for process in processes:
        try:
            process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
