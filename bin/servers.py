"""Run a command with a PostgreSQL, a Redis and local settings, for development and tests.

PostgreSQL is started unless DATABASE_URL is set, and Redis unless REDIS_URL is set, each on a Unix socket only. Their
data lies in DATA_DIR (default: var/ in the project). Every other setting that is missing gets a value that serves on
this machine: addresses on 127.0.0.1 with CONSOLE_PORT (8000) and SANDBOX_PORT (8001), the sandbox as Facebook, and keys
that are made once and kept in DATA_DIR. The servers that it started stop when the command ends. While bin/dev runs, a
command gets its servers: `bin/with-servers .venv/bin/python manage.py shell`.
"""

import argparse
import base64
import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from children import tethered
from embedded import running_postgres, running_redis

ROOT = Path(__file__).resolve().parent.parent
SOCKET_NAME = ".s.PGSQL.5432"  # the longest name in the folder of sockets
MAX_SOCKET_PATH = 100  # bytes; the kernel stops at 108, macOS at 104
ENVIRONMENT = "environment.json"
SHARED = (
    *("DATABASE_URL", "REDIS_URL", "DATA_DIR", "DEBUG", "PUBLIC_URL", "ALLOWED_HOSTS", "GRAPH_API_URL"),
    *("FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET", "NO_PROXY"),
)
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main():
    parser = argparse.ArgumentParser(
        prog="bin/with-servers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--temporary", action="store_true", help="use an empty DATA_DIR, and remove it at the end")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND ...")
    options = parser.parse_args()
    if not options.command:
        parser.error("which command?")
    if not shutil.which(options.command[0]):
        parser.exit(127, f"{options.command[0]}: no such command\n")
    stop_on_signals(lambda number: 128 + number)
    with servers_of_another(options.temporary) or running_servers(options.temporary) as environment:
        sys.exit(run(options.command, environment))


def stop_on_signals(exit_code):
    """Turn the first signal to stop into SystemExit, and ignore further signals while everything stops."""

    def leave(number, frame):
        ignore_signals()
        sys.exit(exit_code(number))

    for number in STOP_SIGNALS:
        signal.signal(number, leave)


def ignore_signals():
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def run(command, environment):
    """Run the command in the foreground and return its exit code, as a shell would."""
    process = subprocess.Popen(tethered(command), env=environment)

    def forward(number, frame):
        if number != signal.SIGINT or not _is_in_terminal():
            process.send_signal(number)

    for number in STOP_SIGNALS:
        signal.signal(number, forward)
    code = process.wait()
    ignore_signals()
    return code if code >= 0 else 128 - code


def _is_in_terminal():
    """Return whether a terminal sends Ctrl-C to the command as well: it does so to the whole foreground."""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def servers_of_another(temporary):
    """Return the environment of a bin/dev that runs on this DATA_DIR, or None."""
    path = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
    if temporary or not (path / ENVIRONMENT).exists():
        return None
    with open(path / "lock", "a") as lock:
        if _has_locked(lock):  # nothing runs: the file was left behind
            return None
    return contextlib.nullcontext(os.environ | json.loads((path / ENVIRONMENT).read_text()))


@contextlib.contextmanager
def _written_down(environment, data_dir):
    """Keep the addresses of the servers and the console's settings in a file that only this user can read."""
    path = data_dir / ENVIRONMENT
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps({name: environment[name] for name in (*SHARED, *_own_keys(data_dir))}))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def running_servers(temporary=False):
    """Yield an environment in which the console can run, and stop the servers at the end."""
    with contextlib.ExitStack() as stack:
        data_dir = stack.enter_context(_data_dir(temporary))
        stack.enter_context(_lock(data_dir / "lock", within=0))
        # The servers inherit this lock: after a start that was killed, it is free once its servers have ended too.
        servers_lock = stack.enter_context(_lock(data_dir / "servers.lock", within=20))
        sockets = stack.enter_context(socket_dir(data_dir))
        environment = _with_local_defaults(data_dir)
        for name, server in (("DATABASE_URL", running_postgres), ("REDIS_URL", running_redis)):
            if not environment.get(name):
                environment[name] = stack.enter_context(server(data_dir, sockets, servers_lock.fileno(), temporary))
        stack.enter_context(_written_down(environment, data_dir))
        yield environment


# --- where ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _data_dir(temporary):
    if temporary:
        with tempfile.TemporaryDirectory(prefix="console-", ignore_cleanup_errors=True) as path:
            yield Path(path).resolve()
    else:
        path = Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield path


@contextlib.contextmanager
def _lock(path, within):
    """Lock a file and yield it open; wait for the lock for up to `within` seconds."""
    deadline = time.monotonic() + within
    with open(path, "a") as file:
        while not _has_locked(file):
            if time.monotonic() >= deadline:
                raise SystemExit(f"{path.parent} is in use: stop what runs there, or set DATA_DIR to another folder.")
            time.sleep(0.1)
        yield file


def _has_locked(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def socket_dir(data_dir):
    """Yield a private folder whose path is short and plain enough for a socket."""
    path = data_dir / "run"
    if len(os.fsencode(path / SOCKET_NAME)) <= MAX_SOCKET_PATH and re.fullmatch(r"[\w/.-]+", str(path), re.ASCII):
        path.mkdir(mode=0o700, exist_ok=True)
        yield path
    else:
        with tempfile.TemporaryDirectory(prefix="console-") as path:
            yield Path(path)


# --- settings ------------------------------------------------------------------------------------------------------


def _with_local_defaults(data_dir):
    defaults = {
        **_own_keys(data_dir),
        "DEBUG": "1",
        "PUBLIC_URL": f"http://127.0.0.1:{os.environ.get('CONSOLE_PORT') or 8000}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "GRAPH_API_URL": f"http://127.0.0.1:{os.environ.get('SANDBOX_PORT') or 8001}",
        "FACEBOOK_APP_ID": "1517776481860111",
        "FACEBOOK_APP_SECRET": "sandbox-app-secret",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    missing = {name: value for name, value in defaults.items() if not os.environ.get(name)}
    return {**os.environ, **missing, "DATA_DIR": str(data_dir)}


def _own_keys(data_dir):
    """Return the secret keys of this DATA_DIR, which are made on first use."""
    path = data_dir / "keys.json"
    if not path.exists():
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(new_keys()))
        new.rename(path)
    return json.loads(path.read_text())


def new_keys():
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "TOKEN_ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "WEBHOOK_VERIFY_TOKEN": secrets.token_urlsafe(24),
        "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
    }


if __name__ == "__main__":
    main()
