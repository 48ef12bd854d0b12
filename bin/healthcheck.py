"""Check a program of the console in its container: `python bin/healthcheck.py web`. Exit with 0 if it is well.

Compose marks a container as unhealthy, and leaves it so. Therefore this ends a program that was well before and fails
for the third time in a row, so that its restart policy starts it again. The container needs `init: true`: the first
process of a container ignores signals from inside.
"""

import argparse
import os
import signal
import sys
import time
import urllib.request
from pathlib import Path

MOST_FAILURES = 3  # in a row; after one more, the program is killed
LIVE = "http://127.0.0.1:8000/livez"
PATIENCE = 10  # s in which web answers
SILENCE = {"worker": 60, "beat": 300}  # s without a sign of life. A worker gives one every five seconds, beat every 180


def main():
    options = read_options()
    failures = options.state / "failures"  # there once the program was well
    if is_well(options):
        failures.write_text("0")
        return
    if failures.exists():
        count = int(failures.read_text() or 0) + 1
        failures.write_text(str(count))
        if count >= MOST_FAILURES:
            end_children(options.parent, signal.SIGTERM if count == MOST_FAILURES else signal.SIGKILL)
    sys.exit(1)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=["web", *SILENCE])
    parser.add_argument("--url", default=LIVE)
    parser.add_argument("--state", type=Path, default=Path("/tmp"), help="a folder that is empty after a restart")  # noqa: S108
    parser.add_argument("--parent", type=int, default=1, help="the process whose children are ended")
    return parser.parse_args()


def is_well(options):
    return answers(options.url) if options.program == "web" else is_alive(options.program)


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310
            return answer.status == 200
    except OSError:
        return False


def is_alive(program):
    """Return whether one of the program's files was touched lately."""
    if program == "worker":
        files = [Path(os.environ["ALIVE_FILE"])]
    else:
        files = Path(os.environ["DATA_DIR"]).glob("beat-schedule*")
    return any(file.exists() and time.time() - file.stat().st_mtime < SILENCE[program] for file in files)


def end_children(parent, number):
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # pid (name) state parent …: the name may have spaces and brackets
            of = int(status.read_text().rpartition(")")[2].split()[1])
            if of == parent:
                os.kill(int(status.parent.name), number)
        except (OSError, ValueError, IndexError):  # it has ended meanwhile
            continue


if __name__ == "__main__":
    main()
